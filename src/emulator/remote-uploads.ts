import { basename } from 'node:path';
import type { Clock } from '../clock.ts';
import type { EmulatedAccount } from './account.ts';
import { syntheticContent } from './content.ts';
import type { Quirks } from './quirks.ts';

export interface RemoteUpload {
  readonly id: number;
  readonly urls: readonly string[];
  readonly folderId: number;
  /** ms since the epoch. */
  readonly requestedAt: number;
  /** Null while pending. */
  readonly executedAt: number | null;
  readonly results: readonly RemoteUploadResult[];
}

export interface RemoteUploadResult {
  readonly source: string;
  /** Page address of the file that was made; null: it failed. */
  readonly url: string | null;
  readonly message: string;
}

const FETCHED_BYTES = 2 ** 20;

/** Addresses 1fichier was asked to fetch. Nothing is fetched: the quirks say when each ends, and how. */
export class RemoteUploads {
  readonly #account: EmulatedAccount;
  readonly #quirks: Quirks;
  readonly #clock: Clock;
  readonly #uploads = new Map<number, RemoteUpload>();
  readonly #waiting = new Set<() => void>();

  constructor(account: EmulatedAccount, quirks: Quirks, clock: Clock) {
    this.#account = account;
    this.#quirks = quirks;
    this.#clock = clock;
  }

  request(urls: readonly string[], folderId: number): RemoteUpload {
    const id = this.#uploads.size + 1;
    const requestedAt = this.#clock.now();
    const upload: RemoteUpload = { id, urls, folderId, requestedAt, executedAt: null, results: [] };
    this.#uploads.set(id, upload);
    const callOff = this.#clock.after(this.#quirks.remoteUploadSeconds * 1000, () => {
      this.#waiting.delete(callOff);
      this.#execute(upload);
    });
    this.#waiting.add(callOff);
    return upload;
  }

  get(id: number): RemoteUpload | undefined {
    return this.#uploads.get(id);
  }

  all(): readonly RemoteUpload[] {
    return [...this.#uploads.values()];
  }

  /** Leaves what is pending pending. */
  close(): void {
    for (const callOff of this.#waiting) callOff();
  }

  #execute(upload: RemoteUpload): void {
    const results = upload.urls.map((source) => this.#fetch(source, upload.folderId));
    this.#uploads.set(upload.id, { ...upload, executedAt: this.#clock.now(), results });
  }

  #fetch(source: string, folderId: number): RemoteUploadResult {
    if (this.#quirks.remoteUploadOutcome === 'failed' || !URL.canParse(source)) {
      return { source, url: null, message: 'Unable to download the file' };
    }
    const name = decodeURIComponent(basename(new URL(source).pathname)) || 'index.html';
    const url = this.#account.addFile(folderId, name, syntheticContent(source, FETCHED_BYTES));
    return { source, url, message: '' };
  }
}
