import type { Clock } from '../clock.ts';

export interface RemoteUpload {
  readonly id: number;
  readonly urls: readonly string[];
  readonly folderId: number;
  /** ms since the epoch. */
  readonly requestedAt: number;
  /** Null while pending. */
  executedAt: number | null;
  results: readonly RemoteUploadResult[];
}

export interface RemoteUploadResult {
  readonly source: string;
  /** Page address of the file that was made; null: it failed. */
  readonly url: string | null;
  readonly message: string;
}

/** Addresses 1fichier was asked to fetch. Nothing is fetched: whoever runs the emulator says how each ended. */
export class RemoteUploads {
  readonly #clock: Clock;
  readonly #uploads = new Map<number, RemoteUpload>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  request(urls: readonly string[], folderId: number): RemoteUpload {
    const upload: RemoteUpload = {
      id: this.#uploads.size + 1,
      urls,
      folderId,
      requestedAt: this.#clock.now(),
      executedAt: null,
      results: [],
    };
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  finish(id: number, results: readonly RemoteUploadResult[]): void {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return;
    upload.executedAt = this.#clock.now();
    upload.results = results;
  }

  get(id: number): RemoteUpload | undefined {
    return this.#uploads.get(id);
  }

  all(): readonly RemoteUpload[] {
    return [...this.#uploads.values()];
  }
}
