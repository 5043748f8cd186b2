import type {
  Account,
  CallOptions,
  FichierApi,
  FichierWriteApi,
  FileDetails,
  FolderListing,
  RemoteFile,
  RemoteUpload,
  RemoteUploadStatus,
  UploadSource,
} from '../../src/fichier/api.ts';
import { BridgeError } from '../../src/errors.ts';
import { listingOf, remoteFile, remoteFolder } from './fixtures.ts';

interface FakeFolder {
  readonly id: number;
  parentId: number;
  name: string;
}

/** An account in memory behind the API's interface; `calls` tells what was asked of it, in order. */
export class FakeAccount implements FichierApi, FichierWriteApi {
  readonly calls: string[] = [];
  readonly folders = new Map<number, FakeFolder>([[0, { id: 0, parentId: -1, name: 'Root' }]]);
  readonly files = new Map<string, { file: RemoteFile; folderId: number }>();
  /** Decides about each listing: an error is thrown, a listing is given instead of the true one. */
  intercept: (folderId: number, options: CallOptions) => BridgeError | FolderListing | null = () => null;
  #nextId = 1;

  addFolder(parentId: number, name: string): number {
    const id = this.#nextId++;
    this.folders.set(id, { id, parentId, name });
    return id;
  }

  addFile(folderId: number, filename: string, size = 1000): string {
    const file = remoteFile(`k${this.#nextId++}`, filename, size);
    this.files.set(file.url, { file, folderId });
    return file.url;
  }

  listFolder(folderId: number, options: CallOptions): Promise<FolderListing> {
    this.calls.push(`list ${folderId} ${options.priority}`);
    const instead = this.intercept(folderId, options);
    if (instead instanceof BridgeError) return Promise.reject(instead);
    return this.#answer(() => instead ?? this.#list(folderId));
  }

  #list(folderId: number): FolderListing {
    this.#folder(folderId);
    const folders = [...this.folders.values()].filter((folder) => folder.parentId === folderId);
    const files = [...this.files.values()].filter((held) => held.folderId === folderId);
    return listingOf(
      folderId,
      folders.map((folder) => remoteFolder(folder.id, folder.name)),
      files.map((held) => held.file),
    );
  }

  makeFolder(parentId: number, name: string): Promise<number> {
    return this.#answer(() => this.addFolder(this.#folder(parentId).id, name));
  }

  renameFile(url: string, name: string): Promise<void> {
    this.calls.push(`rename file`);
    return this.#answer(() => {
      const held = this.#file(url);
      this.files.set(url, { ...held, file: { ...held.file, filename: name } });
    });
  }

  moveFile(url: string, folderId: number): Promise<string> {
    this.calls.push(`move file`);
    return this.#answer(() => {
      this.#file(url).folderId = folderId;
      return url;
    });
  }

  copyFile(url: string, folderId: number, name: string | null): Promise<string> {
    return this.#answer(() => {
      const { file } = this.#file(url);
      return this.addFile(folderId, name ?? file.filename, file.size);
    });
  }

  removeFile(url: string): Promise<void> {
    this.calls.push(`remove file`);
    return this.#answer(() => {
      this.#file(url);
      this.files.delete(url);
    });
  }

  renameFolder(folderId: number, name: string): Promise<void> {
    this.calls.push(`rename folder`);
    return this.#answer(() => {
      this.#folder(folderId).name = name;
    });
  }

  moveFolder(folderId: number, parentId: number): Promise<void> {
    this.calls.push(`move folder`);
    return this.#answer(() => {
      this.#folder(folderId).parentId = parentId;
    });
  }

  removeFolder(folderId: number): Promise<void> {
    this.calls.push(`remove folder`);
    return this.#answer(() => {
      const listing = this.#list(folderId);
      if (listing.files.length + listing.folders.length > 0) {
        throw new BridgeError('folder-not-empty', 'the folder is not empty');
      }
      this.folders.delete(folderId);
    });
  }

  async upload(folderId: number, source: UploadSource): Promise<RemoteFile> {
    let size = 0;
    for await (const chunk of source.chunks) size += chunk.length;
    return this.#file(this.addFile(folderId, source.filename, size)).file;
  }

  account(): Promise<Account> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  fileInfo(): Promise<FileDetails> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  getLink(): Promise<string> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  requestRemoteUpload(): Promise<number> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  remoteUploads(): Promise<readonly RemoteUpload[]> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  remoteUploadStatus(): Promise<RemoteUploadStatus> {
    return Promise.reject(new BridgeError('internal', 'not part of this fake'));
  }

  #folder(id: number): FakeFolder {
    const folder = this.folders.get(id);
    if (folder === undefined) throw new BridgeError('folder-not-found', 'there is no such folder');
    return folder;
  }

  #file(url: string): { file: RemoteFile; folderId: number } {
    const held = this.files.get(url);
    if (held === undefined) throw new BridgeError('file-not-found', 'there is no such file');
    return held;
  }

  #answer<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => resolve(work()));
  }
}
