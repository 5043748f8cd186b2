import { sleep, type Clock } from '../clock.ts';
import { asBridgeError } from '../errors.ts';
import type { RemoteUploadStatus } from '../fichier/api.ts';
import type { LibraryAccess } from './library-access.ts';

const FIRST_LOOK_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;

/** Asks about a request, less and less often, until 1fichier has carried it out; lets passing failures pass. */
export async function awaitRemoteUpload(
  library: Pick<LibraryAccess, 'remoteUploadStatus'>,
  id: number,
  clock: Clock,
): Promise<RemoteUploadStatus> {
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    let untilRetryMs = 0;
    try {
      const status = await library.remoteUploadStatus(id);
      if (status.executedAt !== null) return status;
    } catch (thrown) {
      const error = asBridgeError(thrown);
      if (!error.retryable) throw error;
      untilRetryMs = (error.retryAt ?? 0) - clock.now();
    }
    await sleep(clock, Math.max(pauseMs, untilRetryMs));
  }
}
