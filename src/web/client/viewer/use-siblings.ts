import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asFailure, isAbort } from '../api/client.ts';
import type { FileEntry } from '../api/types.ts';
import { useServices } from '../shell/services.ts';
import { siblingsOf } from './siblings.ts';

/** The files beside `file`; empty until they have come. */
export function useSiblings(file: FileEntry): ReadonlySignal<readonly FileEntry[]> {
  const { api, announcer } = useServices();
  const siblings = useSignal<readonly FileEntry[]>([]);
  useEffect(() => {
    const aborting = new AbortController();
    siblingsOf(api, file, aborting.signal).then(
      (files) => (siblings.value = files),
      (error: unknown) => {
        if (!isAbort(error)) announcer.say(asFailure(error).message);
      },
    );
    return () => aborting.abort();
  }, [file.id]);
  return siblings;
}
