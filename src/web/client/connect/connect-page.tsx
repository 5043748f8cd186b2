import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { asFailure } from '../api/client.ts';
import { folderRoute, formatRoute } from '../routing/route.ts';
import { Notice } from '../shell/notice.tsx';
import { SecretField } from '../shell/secret-field.tsx';
import { useServices } from '../shell/services.ts';
import { explain } from './explain.ts';

const CONSOLE = 'https://1fichier.com/console/params.pl';
const LOOK_EVERY_MS = 500;

type Step = 'asking' | 'checking' | 'changing';

/** Takes the API key of the account, and waits until the bridge shows that account. */
export function ConnectPage() {
  const { api, firstRun } = useServices();
  const step = useSignal<Step>('asking');
  const problem = useSignal<string | null>(null);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key !== 'string' || key.trim() === '') return;
    step.value = 'checking';
    problem.value = null;
    try {
      await api.post('first-run/key', { key });
    } catch (error) {
      problem.value = explain(asFailure(error));
      step.value = 'asking';
      return;
    }
    step.value = 'changing';
    await untilChanged();
    window.location.hash = formatRoute(folderRoute('/'));
    window.location.reload();
  };

  /** The bridge does not answer while it changes from one library to the other. */
  const untilChanged = async (): Promise<void> => {
    while (firstRun.isKeyNeeded.value) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      await firstRun.look(api).catch(() => undefined);
    }
  };

  if (step.value === 'changing') {
    return (
      <div role="status">
        <Notice icon="refresh" title="The key is right">
          <p>The bridge stores it and opens your library.</p>
        </Notice>
      </div>
    );
  }
  if (!firstRun.isKeyNeeded.value) {
    return (
      <Notice icon="check" title="The bridge has its account">
        <p>
          To use another, set FICHIER_API_KEY, or remove the file api-key from the data directory, and start
          it again.
        </p>
      </Notice>
    );
  }
  return (
    <form class="connect" onSubmit={(event) => void submit(event)}>
      <h1>Connect your account</h1>
      <p>
        The bridge needs the API key of your 1fichier account. You find it, or make one, in{' '}
        <a href={CONSOLE} target="_blank" rel="noreferrer">
          the console of 1fichier
        </a>{' '}
        under Parameters.
      </p>
      <SecretField name="key" label="API key" autocomplete="off" problem={problem.value}>
        It is checked with 1fichier and stored in the data directory of the bridge, readable by its owner
        only. It is sent nowhere else.
      </SecretField>
      <button type="submit" class="button primary" disabled={step.value === 'checking'}>
        {step.value === 'checking' ? 'Asking 1fichier…' : 'Connect'}
      </button>
    </form>
  );
}
