import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { asFailure, isAbort, type RequestFailure } from '../api/client.ts';
import type { Entry } from '../api/types.ts';
import { EntryGrid } from '../browse/entry-grid.tsx';
import { KindFilter, KINDS, type Kind } from '../browse/kind-filter.tsx';
import { LayoutControl } from '../browse/view-controls.tsx';
import { DetailsSheet } from '../details/details-sheet.tsx';
import { counted } from '../format/format.ts';
import { FailureNotice, Notice } from '../shell/notice.tsx';
import { useServices } from '../shell/services.ts';
import { useTitle } from '../shell/title.ts';

interface SearchPageProps {
  readonly text: string;
  /** The file whose details are open. */
  readonly details: string | null;
}

const MOST_RESULTS = 200;

export function SearchPage({ text, details }: SearchPageProps) {
  const { router } = useServices();
  const kind = useSignal<Kind | null>(null);
  const { found, failure, again } = useSearch(text, kind.value);
  useTitle(`Search: ${text}`);
  useLayoutEffect(() => window.scrollTo(0, router.scrollPosition), [text, kind.value]);

  const isCut = found !== null && found.length === MOST_RESULTS;
  return (
    <>
      <div class="folder-head">
        <div class="folder-title">
          <h1>
            Results for <bdi class="quoted">{text}</bdi>
          </h1>
        </div>
        <p class="summary">
          {found !== null && (isCut ? `The first ${MOST_RESULTS} results` : counted(found.length, 'result'))}
          &nbsp;
        </p>
        <div class="controls">
          <KindFilter chosen={kind} offered={KINDS} />
          <div class="view-controls">
            <LayoutControl />
          </div>
        </div>
      </div>
      {failure !== null && <FailureNotice failure={failure} onRetry={again} />}
      {failure === null && found?.length === 0 && (
        <Notice icon="search" title="Nothing found">
          <p>Every word must occur in the name of a file or folder. Try fewer or shorter words.</p>
        </Notice>
      )}
      {failure === null && found !== null && found.length > 0 && (
        <EntryGrid
          label="Results"
          entries={found}
          count={found.length}
          showPaths
          onDetails={(file) => router.go({ view: 'search', text, details: file.id })}
        />
      )}
      {details !== null && (
        <DetailsSheet
          id={details}
          known={found ?? []}
          onClose={() => router.back({ view: 'search', text, details: null })}
        />
      )}
    </>
  );
}

interface SearchState {
  /** Null: none have come yet. What an earlier text found stays until they do. */
  readonly found: readonly Entry[] | null;
  readonly failure: RequestFailure | null;
  readonly again: () => void;
}

function useSearch(text: string, kind: Kind | null): SearchState {
  const { api, announcer } = useServices();
  const found = useSignal<readonly Entry[] | null>(null);
  const failure = useSignal<RequestFailure | null>(null);
  const attempt = useSignal(0);

  useEffect(() => {
    const aborting = new AbortController();
    const search = async (): Promise<void> => {
      try {
        const parameters = { q: text, kind: kind ?? undefined, limit: MOST_RESULTS };
        const answer = await api.get<{ readonly entries: readonly Entry[] }>('search', parameters, {
          signal: aborting.signal,
        });
        found.value = answer.entries;
        failure.value = null;
        announcer.say(`${counted(answer.entries.length, 'result')} for ${text}`);
      } catch (error) {
        if (!isAbort(error)) failure.value = asFailure(error);
      }
    };
    if (text.trim() === '') found.value = [];
    else void search();
    return () => aborting.abort();
  }, [text, kind, attempt.value]);

  return { found: found.value, failure: failure.value, again: () => (attempt.value += 1) };
}
