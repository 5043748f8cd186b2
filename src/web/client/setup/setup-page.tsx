import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asFailure, type RequestFailure } from '../api/client.ts';
import { FailureNotice } from '../shell/notice.tsx';
import { useServices } from '../shell/services.ts';
import { GUIDES } from './guides.tsx';
import type { Setup } from './setup.ts';

/** How to use the library from elsewhere, with the addresses of this very bridge. */
export function SetupPage() {
  const { api } = useServices();
  const setup = useSignal<Setup | null>(null);
  const failure = useSignal<RequestFailure | null>(null);
  const chosen = useSignal(GUIDES[0]?.name);

  const load = (): void => {
    failure.value = null;
    api.get<Setup>('setup').then(
      (answer) => (setup.value = answer),
      (error: unknown) => (failure.value = asFailure(error)),
    );
  };
  useEffect(load, []);

  if (failure.value !== null) return <FailureNotice failure={failure.value} onRetry={load} />;
  if (setup.value === null) return null;
  const guide = GUIDES.find(({ name }) => name === chosen.value);
  return (
    <div class="setup-page">
      <h1>Use it elsewhere</h1>
      <div class="chips" role="group" aria-label="Program">
        {GUIDES.map(({ name }) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={name === chosen.value}
            onClick={() => (chosen.value = name)}
          >
            {name}
          </button>
        ))}
      </div>
      {guide !== undefined && (
        <section class="guide" aria-label={guide.name}>
          <h2>{guide.name}</h2>
          <guide.Content setup={setup.value} />
        </section>
      )}
    </div>
  );
}
