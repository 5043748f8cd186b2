import { sleep, type Clock } from '../../clock.ts';
import { asBridgeError, BridgeError } from '../../errors.ts';
import { ensureFolder } from '../ensure-folder.ts';
import type { LibraryAccess, ListedEntry } from '../library-access.ts';
import { checksumOf, LocalContent } from './local-content.ts';
import type { LocalFile, LocalTree } from './local-tree.ts';

/** What became of one file. */
export type Outcome =
  | { readonly state: 'uploaded' | 'present'; readonly checksum: string | null }
  | { readonly state: 'failed'; readonly error: BridgeError };

/** Told how it goes. */
export interface UploadProgress {
  begin(file: LocalFile, step: 'checking' | 'sending'): void;
  sent(bytes: number): void;
  /** Bytes that were sent count no more: they are to be sent once more. */
  unsent(bytes: number): void;
  /** Bytes that need not be sent. */
  spared(bytes: number): void;
}

const ATTEMPTS = 3;
const PAUSE_MS = 2000;
/** 1fichier shows a folder once in 30 s: a listing younger than that is as good as can be had. */
const YOUNG_MS = 30_000;

export class Uploader {
  readonly #library: LibraryAccess;
  readonly #clock: Clock;
  readonly #replace: boolean;
  readonly #progress: UploadProgress;
  readonly #signal: AbortSignal;

  constructor(
    library: LibraryAccess,
    clock: Clock,
    order: { readonly replace: boolean; readonly progress: UploadProgress; readonly signal: AbortSignal },
  ) {
    this.#library = library;
    this.#clock = clock;
    this.#replace = order.replace;
    this.#progress = order.progress;
    this.#signal = order.signal;
  }

  /** Makes the folders that are missing, and looks again at those that are there: an interrupted run may have sent more than the mirror knows. */
  async prepareFolders({ folders }: LocalTree): Promise<void> {
    for (const folder of folders) {
      this.#requireGoing();
      const there = await ensureFolder(this.#library, folder);
      if (there === null || this.#clock.now() - (there.listedAt ?? 0) < YOUNG_MS) continue;
      await this.#library.refresh(folder, false);
    }
  }

  /** Rejects only with what concerns more than this file. */
  async send(file: LocalFile): Promise<Outcome> {
    if (file.size === 0) throw new BridgeError('file-empty', 'the file is empty');
    const there = await this.#library.entryAt(file.to);
    if (there !== null && (await this.#isSame(there, file))) {
      this.#progress.spared(file.size);
      return { state: 'present', checksum: there.checksum };
    }
    this.#requireReplaceable(there, file);
    return { state: 'uploaded', checksum: await this.#sendPatiently(file) };
  }

  async #isSame(there: ListedEntry, file: LocalFile): Promise<boolean> {
    if (there.kind !== 'file' || there.size !== file.size || there.checksum === null) return false;
    this.#progress.begin(file, 'checking');
    return (await checksumOf(file, this.#signal)) === there.checksum;
  }

  #requireReplaceable(there: ListedEntry | null, { to }: LocalFile): void {
    if (there === null || (this.#replace && there.kind === 'file')) return;
    throw there.kind === 'folder'
      ? new BridgeError('name-taken', `${to} is a folder`)
      : new BridgeError('name-taken', `another file is at ${to}`, {
          hint: 'Give --replace to let the new one take its place, or rename one of them.',
        });
  }

  /** An upload that breaks off has left nothing, and is begun again; one that was not confirmed may have arrived. */
  async #sendPatiently(file: LocalFile): Promise<string | null> {
    for (let attempt = 1; ; attempt += 1) {
      let sent = 0;
      const content = new LocalContent(file, (bytes) => {
        sent += bytes;
        this.#progress.sent(bytes);
      });
      try {
        this.#progress.begin(file, 'sending');
        return await this.#sendOnce(file, content);
      } catch (thrown) {
        const { kind } = asBridgeError(thrown);
        if (kind !== 'upstream-unavailable' || attempt === ATTEMPTS) throw thrown;
        this.#progress.unsent(sent);
      }
      await sleep(this.#clock, PAUSE_MS * attempt, this.#signal);
    }
  }

  async #sendOnce(file: LocalFile, content: LocalContent): Promise<string | null> {
    const body = { size: file.size, chunks: content.chunks(), replace: this.#replace };
    const { checksum } = await this.#library.upload(file.to, body, this.#signal);
    if (checksum !== null && checksum !== content.checksum) {
      throw new BridgeError('content-changed', `${file.to} has not arrived as it was sent`, {
        hint: 'Send it again with --replace.',
      });
    }
    return checksum;
  }

  #requireGoing(): void {
    if (this.#signal.aborted) throw new BridgeError('cancelled', 'the upload was stopped');
  }
}
