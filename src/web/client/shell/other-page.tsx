import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { asFailure, type RequestFailure } from '../api/client.ts';
import { folderRoute, formatRoute } from '../routing/route.ts';
import { FailureNotice, Notice } from './notice.tsx';
import { PAGES } from './pages.ts';
import { useTitle } from './title.ts';

/** A page of the list, once its code has come; or that there is none of this name. */
export function OtherPage({ name }: { readonly name: string }) {
  const page = PAGES.find((each) => each.name === name);
  const loaded = useSignal<{ readonly Content: ComponentType } | null>(null);
  const failure = useSignal<RequestFailure | null>(null);
  useTitle(page?.title ?? 'Nothing here');

  const load = (): void => {
    failure.value = null;
    page?.load().then(
      (Content) => (loaded.value = { Content }),
      (error: unknown) => (failure.value = asFailure(error)),
    );
  };
  useEffect(load, [name]);

  if (page === undefined) {
    return (
      <Notice icon="info" title="There is no such page">
        <a class="button" href={formatRoute(folderRoute('/'))}>
          To the library
        </a>
      </Notice>
    );
  }
  if (failure.value !== null) return <FailureNotice failure={failure.value} onRetry={load} />;
  if (loaded.value === null) return null;
  const { Content } = loaded.value;
  return <Content />;
}
