import { z } from 'zod';
import { BridgeError } from '../errors.ts';
import type { Admission } from './admission.ts';
import { ApiKey } from './api-key.ts';
import type {
  Account,
  ApiBudget,
  CallOptions,
  FichierApi,
  FichierWriteApi,
  FileDetails,
  FolderListing,
  RemoteFile,
  RemoteUpload,
  RemoteUploadStatus,
  UploadSource,
} from './api.ts';
import type { Caller } from './caller.ts';
import type { EndpointName } from './endpoints.ts';
import type { Subject } from './failures.ts';
import type { Lane, LaneIntervals } from './lanes.ts';
import type { LastAccount } from './last-account.ts';
import { assertName } from './names.ts';
import type { Pacer } from './pacer.ts';
import type { Uploader } from './upload.ts';
import {
  accountAnswer,
  copiedAnswer,
  fileInfoAnswer,
  folderAnswer,
  linkAnswer,
  madeFolderAnswer,
  movedAnswer,
  plainAnswer,
  remoteListAnswer,
  remoteRequestAnswer,
  remoteStatusAnswer,
  toListing,
} from './wire.ts';
import { malformed } from './failures.ts';

interface ClientParts {
  readonly caller: Caller;
  readonly pacer: Pacer;
  readonly admission: Admission;
  readonly uploader: Uploader;
  readonly lastAccount: LastAccount;
  /** Whether links may spend CDN credits, which networks of data centres need. */
  readonly useCdnCredits: boolean;
  readonly intervals: LaneIntervals;
}

/** The 1fichier API of one account. Made by `createFichierClient`. */
export class FichierClient implements FichierApi, FichierWriteApi {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** From now on calls are made with this key; a refusal of the last one is forgotten. */
  useApiKey(apiKey: string): void {
    this.#parts.caller.useKey(new ApiKey(apiKey));
  }

  budget(): ApiBudget {
    const { admission, pacer, caller } = this.#parts;
    return { ...admission.lock(), ...pacer.status(), calls: caller.counts() };
  }

  /** An answer is given again for as long as the API allows no other (6 minutes). Once asked it is awaited, whoever gives up. */
  account({ priority }: CallOptions): Promise<Account> {
    const { caller, lastAccount, intervals } = this.#parts;
    const fingerprint = caller.key.fingerprint();
    const lane = { name: `account:${fingerprint}`, intervalMs: intervals.accountMs };
    return lastAccount.orAsk(fingerprint, () =>
      this.#read('account', 'account', {}, accountAnswer, { priority }, lane),
    );
  }

  /**
   * The API allows one listing of a folder in 30 s. A crawl waits for that; a person's call fails with `rate-limited` and
   * the moment, since a listing so young is in the catalogue already, and after a write an old answer would be wrong.
   */
  async listFolder(folderId: number, options: CallOptions): Promise<FolderListing> {
    const body = { folder_id: folderId, files: 1 };
    const lane = { name: `folder:${folderId}`, intervalMs: this.#parts.intervals.folderMs };
    const wire = await this.#read('listFolder', 'folder', body, folderAnswer, options, lane);
    if (wire.statedId !== null && wire.statedId !== folderId) throw malformed('listFolder', 'another folder');
    return toListing(folderId, wire);
  }

  fileInfo(url: string, options: CallOptions): Promise<FileDetails> {
    const lane = { name: 'file-info', intervalMs: this.#parts.intervals.fileInfoMs };
    return this.#read('fileInfo', 'file', { url }, fileInfoAnswer, options, lane);
  }

  async getLink(url: string, options: CallOptions): Promise<string> {
    const body = this.#parts.useCdnCredits ? { url, cdn: 1 } : { url };
    return (await this.#read('getLink', 'file', body, linkAnswer, options)).url;
  }

  async makeFolder(parentId: number, name: string, options: CallOptions): Promise<number> {
    assertName(name);
    const body = { folder_id: parentId, name };
    return (await this.#write('makeFolder', 'folder', body, madeFolderAnswer, options)).folder_id;
  }

  /** A rename to the name a file has already is refused by 1fichier (API document 2.6); here it succeeds. */
  async renameFile(url: string, name: string, options: CallOptions): Promise<void> {
    assertName(name);
    const body = { urls: [{ url, filename: name }] };
    try {
      await this.#write('renameFile', 'file', body, plainAnswer, options);
    } catch (error) {
      const unchanged = error instanceof BridgeError && /no file has been renamed/i.test(error.message);
      if (!unchanged || (await this.fileInfo(url, options)).filename !== name) throw error;
    }
  }

  async moveFile(url: string, folderId: number, options: CallOptions): Promise<string> {
    const body = { urls: [url], destination_folder_id: folderId };
    const [moved] = await this.#write('moveFile', 'file', body, movedAnswer, options);
    return moved ?? url;
  }

  async copyFile(url: string, folderId: number, name: string | null, options: CallOptions): Promise<string> {
    if (name !== null) assertName(name);
    const body = { urls: [url], folder_id: folderId, ...(name === null ? {} : { rename: name }) };
    const [copy] = await this.#write('copyFile', 'file', body, copiedAnswer, options);
    if (copy === undefined) throw malformed('copyFile', 'no address of the copy');
    return copy;
  }

  async removeFile(url: string, options: CallOptions): Promise<void> {
    await this.#write('removeFile', 'file', { files: [{ url }] }, plainAnswer, options);
  }

  async renameFolder(folderId: number, name: string, options: CallOptions): Promise<void> {
    assertName(name);
    await this.#write('renameFolder', 'folder', { folder_id: folderId, rename: name }, plainAnswer, options);
  }

  async moveFolder(folderId: number, parentId: number, options: CallOptions): Promise<void> {
    const body = { folder_id: folderId, destination_folder_id: parentId };
    await this.#write('moveFolder', 'folder', body, plainAnswer, options);
  }

  async removeFolder(folderId: number, options: CallOptions): Promise<void> {
    await this.#write('removeFolder', 'folder', { folder_id: folderId }, plainAnswer, options);
  }

  upload(folderId: number, source: UploadSource, options: CallOptions): Promise<RemoteFile> {
    return this.#parts.uploader.upload(folderId, source, options);
  }

  async requestRemoteUpload(
    urls: readonly string[],
    folderId: number,
    options: CallOptions,
  ): Promise<number> {
    const body = { urls, folder_id: folderId };
    return (await this.#write('requestRemoteUpload', 'folder', body, remoteRequestAnswer, options)).id;
  }

  remoteUploads(options: CallOptions): Promise<readonly RemoteUpload[]> {
    return this.#read('remoteUploads', 'account', {}, remoteListAnswer, options);
  }

  remoteUploadStatus(id: number, options: CallOptions): Promise<RemoteUploadStatus> {
    return this.#read('remoteUploadStatus', 'account', { id }, remoteStatusAnswer, options);
  }

  #read<Shape extends z.ZodType>(
    endpoint: EndpointName,
    subject: Subject,
    body: Readonly<Record<string, unknown>>,
    answer: Shape,
    options: CallOptions,
    lane?: Lane,
  ): Promise<z.output<Shape>> {
    const call = { endpoint, subject, body, answer, repeatable: true };
    return this.#parts.caller.call(lane === undefined ? call : { ...call, lane }, options);
  }

  #write<Shape extends z.ZodType>(
    endpoint: EndpointName,
    subject: Subject,
    body: Readonly<Record<string, unknown>>,
    answer: Shape,
    options: CallOptions,
  ): Promise<z.output<Shape>> {
    return this.#parts.caller.call({ endpoint, subject, body, answer, repeatable: false }, options);
  }
}
