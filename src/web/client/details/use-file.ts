import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { showsHevc } from '../api/browser-codecs.ts';
import { asFailure, isAbort, type RequestFailure } from '../api/client.ts';
import type { PlayableMedia } from '../api/media-info.ts';
import type { Entry, FileEntry } from '../api/types.ts';
import { useServices } from '../shell/services.ts';

/** Something that is being fetched. */
export type Fetched<T> =
  | { readonly state: 'waiting' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly failure: RequestFailure };

/** A file by its id, at once when it is among those already known. */
export function useFile(id: string, known: readonly Entry[]): ReadonlySignal<Fetched<FileEntry>> {
  const file = known.find((entry): entry is FileEntry => entry.kind === 'file' && entry.id === id);
  return useFetched<FileEntry>(`files/${encodeURIComponent(id)}`, file);
}

/** What is in a film or song. Null asks nothing. */
export function useMedia(file: FileEntry | null): ReadonlySignal<Fetched<PlayableMedia>> {
  const isPlayable = file?.media === 'video' || file?.media === 'audio';
  const accept = useMemo(showsHevc, []) ? '?accept=hevc' : '';
  return useFetched<PlayableMedia>(isPlayable ? `media/${file.id}${accept}` : null);
}

function useFetched<T>(path: string | null, known?: T): ReadonlySignal<Fetched<T>> {
  const { api } = useServices();
  const fetched = useSignal<Fetched<T>>(
    known === undefined ? { state: 'waiting' } : { state: 'here', value: known },
  );
  useEffect(() => {
    if (path === null || known !== undefined) return undefined;
    const aborting = new AbortController();
    api.get<T>(path, {}, { signal: aborting.signal }).then(
      (value) => (fetched.value = { state: 'here', value }),
      (error: unknown) => {
        if (!isAbort(error)) fetched.value = { state: 'failed', failure: asFailure(error) };
      },
    );
    return () => aborting.abort();
  }, [path]);
  return fetched;
}
