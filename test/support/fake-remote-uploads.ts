import type { RemoteUpload, RemoteUploadStatus } from '../../src/fichier/api.ts';
import { BridgeError } from '../../src/errors.ts';
import type { RemoteUploadApi } from '../../src/http/api/remote-upload-routes.ts';

/** Requests to fetch addresses, held in memory; each stays pending until `execute`. */
export class FakeRemoteUploads implements RemoteUploadApi {
  readonly requests: { readonly urls: readonly string[]; readonly folderId: number }[] = [];
  readonly #uploads: RemoteUploadStatus[] = [];

  requestRemoteUpload(urls: readonly string[], folderId: number): Promise<number> {
    this.requests.push({ urls, folderId });
    const id = this.requests.length;
    this.#uploads.push({ id, requestedAt: Date.UTC(2026, 0, 1), executedAt: null, results: [] });
    return Promise.resolve(id);
  }

  execute(id: number, results: RemoteUploadStatus['results']): void {
    const index = this.#uploads.findIndex((upload) => upload.id === id);
    const upload = this.#uploads[index];
    if (upload !== undefined) this.#uploads[index] = { ...upload, executedAt: Date.UTC(2026, 0, 2), results };
  }

  remoteUploads(): Promise<readonly RemoteUpload[]> {
    return Promise.resolve(this.#uploads);
  }

  remoteUploadStatus(id: number): Promise<RemoteUploadStatus> {
    const upload = this.#uploads.find((candidate) => candidate.id === id);
    return upload === undefined
      ? Promise.reject(new BridgeError('upstream-refused', 'no such request'))
      : Promise.resolve(upload);
  }
}
