import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { ContentSource } from './content.ts';
import {
  fileIdFor,
  fileIdIn,
  fileUrl,
  PLAIN_ATTRIBUTES,
  ROOT,
  ROOT_ID,
  type EmulatedFile,
  type EmulatedFolder,
  type FileAttributes,
} from './emulated-entry.ts';

/** A tree computed on demand, beneath what edits have changed. */
export interface GeneratedTree {
  readonly totalBytes: number;
  folder(id: number): EmulatedFolder | undefined;
  folders(parentId: number): readonly EmulatedFolder[];
  files(folderId: number): readonly EmulatedFile[];
  file(id: string): EmulatedFile | undefined;
}

interface AccountOptions {
  readonly clock?: Clock | undefined;
  readonly generated?: GeneratedTree | undefined;
}

interface Departure {
  readonly file: EmulatedFile;
  readonly at: number;
}

interface Children {
  readonly folders: Set<number>;
  readonly files: Set<string>;
}

/** The files and folders of one account. Every edit shows at once in what the emulator answers. */
export class EmulatedAccount {
  readonly email = 'me@example.net';
  readonly #clock: Clock;
  readonly #generated: GeneratedTree | undefined;
  /** What differs from the generated tree. */
  readonly #files = new Map<string, EmulatedFile | null>();
  readonly #folders = new Map<number, EmulatedFolder | null>();
  readonly #children = new Map<number, Children>();
  readonly #departures: Departure[] = [];
  #nextFolderId = 20_000_001;
  #filesMade = 0;

  constructor({ clock = systemClock, generated }: AccountOptions = {}) {
    this.#clock = clock;
    this.#generated = generated;
  }

  /** Gives the id of the new folder. Names are not checked: that is the API's business. */
  addFolder(parentId: number, name: string, attributes: Partial<EmulatedFolder> = {}): number {
    this.#ownFolder(parentId);
    const id = this.#nextFolderId;
    this.#nextFolderId += 1;
    const createdAt = this.#clock.now();
    this.#folders.set(id, { password: '', sharedAs: null, createdAt, ...attributes, id, parentId, name });
    this.#children.set(id, { folders: new Set(), files: new Set() });
    this.#childrenOf(parentId).folders.add(id);
    return id;
  }

  /** Gives the page address of the new file. */
  addFile(folderId: number, name: string, content: ContentSource, attributes: FileAttributes = {}): string {
    this.#ownFolder(folderId);
    const now = this.#clock.now();
    const file: EmulatedFile = {
      id: this.#nextFileId(),
      uploadedAt: now,
      ...PLAIN_ATTRIBUTES,
      ...attributes,
      folderId,
      name,
      content,
      placedAt: now,
    };
    this.#files.set(file.id, file);
    this.#childrenOf(folderId).files.add(file.id);
    return fileUrl(file.id);
  }

  /** Adds a file like `file`, with an address of its own, which it gives. */
  copyFile(file: EmulatedFile, folderId: number, name: string): string {
    return this.addFile(folderId, name, file.content, { ...file, id: this.#nextFileId() });
  }

  folder(id: number): EmulatedFolder | undefined {
    if (id === ROOT_ID) return ROOT;
    const edited = this.#folders.get(id);
    return edited === undefined ? this.#generated?.folder(id) : (edited ?? undefined);
  }

  folders(parentId: number): readonly EmulatedFolder[] {
    const children = this.#children.get(parentId);
    if (children === undefined) return this.#generated?.folders(parentId) ?? [];
    return present([...children.folders].map((id) => this.folder(id)));
  }

  files(folderId: number): readonly EmulatedFile[] {
    const children = this.#children.get(folderId);
    if (children === undefined) return this.#generated?.files(folderId) ?? [];
    return present([...children.files].map((id) => this.file(id)));
  }

  /** The files of a folder as a listing shows them that lags `lagMs` behind the edits. */
  listedFiles(folderId: number, lagMs: number): readonly EmulatedFile[] {
    if (lagMs === 0) return this.files(folderId);
    const asOf = this.#clock.now() - lagMs;
    const arrived = this.files(folderId).filter((file) => file.placedAt <= asOf);
    const notYetGone = this.#departures.filter(
      ({ file, at }) => file.folderId === folderId && at > asOf && file.placedAt <= asOf,
    );
    return [...arrived, ...notYetGone.map(({ file }) => file)];
  }

  /** Every file, folder by folder. */
  *everyFile(): Generator<EmulatedFile, void, undefined> {
    const waiting = [ROOT_ID];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      yield* this.files(id);
      for (const folder of this.folders(id)) waiting.push(folder.id);
    }
  }

  file(id: string): EmulatedFile | undefined {
    const edited = this.#files.get(id);
    return edited === undefined ? this.#generated?.file(id) : (edited ?? undefined);
  }

  byUrl(url: string): EmulatedFile | undefined {
    const id = fileIdIn(url);
    return id === null ? undefined : this.file(id);
  }

  /** Names of the folders above `folderId` and its own, joined by `/`; empty for the root. */
  pathOf(folderId: number): string {
    const names: string[] = [];
    for (let at = this.folder(folderId); at?.parentId != null; at = this.folder(at.parentId))
      names.unshift(at.name);
    return names.join('/');
  }

  changeFile(url: string, change: FileAttributes & { readonly name?: string }): void {
    const file = this.#present(url);
    this.#ownFolder(file.folderId);
    this.#files.set(file.id, { ...this.#present(url), ...change, id: file.id });
  }

  renameFile(url: string, name: string): void {
    this.changeFile(url, { name });
  }

  moveFile(url: string, folderId: number): void {
    const file = this.#present(url);
    this.#ownFolder(file.folderId);
    this.#ownFolder(folderId);
    this.#depart(file);
    this.#childrenOf(file.folderId).files.delete(file.id);
    this.#childrenOf(folderId).files.add(file.id);
    this.#files.set(file.id, { ...file, folderId, placedAt: this.#clock.now() });
  }

  /** Gives the file another address, its content and name kept. */
  readdressFile(url: string): string {
    const file = this.#present(url);
    this.removeFile(url);
    return this.copyFile(file, file.folderId, file.name);
  }

  removeFile(url: string): void {
    const file = this.#present(url);
    this.#ownFolder(file.folderId);
    this.#depart(file);
    this.#childrenOf(file.folderId).files.delete(file.id);
    this.#files.set(file.id, null);
  }

  changeFolder(id: number, change: Partial<Omit<EmulatedFolder, 'id' | 'parentId'>>): void {
    const folder = this.#presentFolder(id);
    this.#folders.set(id, { ...folder, ...change });
  }

  renameFolder(id: number, name: string): void {
    this.changeFolder(id, { name });
  }

  moveFolder(id: number, parentId: number): void {
    const folder = this.#presentFolder(id);
    this.#ownFolder(folder.parentId ?? ROOT_ID);
    this.#ownFolder(parentId);
    this.#childrenOf(folder.parentId ?? ROOT_ID).folders.delete(id);
    this.#childrenOf(parentId).folders.add(id);
    this.#folders.set(id, { ...folder, parentId });
  }

  /** Removes the folder with all it holds. */
  removeFolder(id: number): void {
    const folder = this.#presentFolder(id);
    for (const file of this.files(id)) this.removeFile(fileUrl(file.id));
    for (const child of this.folders(id)) this.removeFolder(child.id);
    this.#ownFolder(folder.parentId ?? ROOT_ID);
    this.#childrenOf(folder.parentId ?? ROOT_ID).folders.delete(id);
    this.#folders.set(id, null);
  }

  /** Bytes of all files; of a generated tree as it was generated. */
  usedBytes(): number {
    let bytes = this.#generated?.totalBytes ?? 0;
    for (const [id, file] of this.#files) {
      bytes += (file?.content.size ?? 0) - (this.#generated?.file(id)?.content.size ?? 0);
    }
    return bytes;
  }

  #nextFileId(): string {
    this.#filesMade += 1;
    return fileIdFor(this.#filesMade);
  }

  #depart(file: EmulatedFile): void {
    this.#departures.push({ file, at: this.#clock.now() });
  }

  /** Takes a folder's list of children out of the generated tree, so that it can be edited. */
  #ownFolder(id: number): void {
    if (this.#children.has(id)) return;
    if (this.folder(id) === undefined)
      throw new BridgeError('folder-not-found', `the emulated account has no folder ${id}`);
    this.#children.set(id, {
      folders: new Set(this.folders(id).map((folder) => folder.id)),
      files: new Set(this.files(id).map((file) => file.id)),
    });
  }

  #childrenOf(id: number): Children {
    const children = this.#children.get(id);
    if (children === undefined)
      throw new BridgeError('folder-not-found', `the emulated account has no folder ${id}`);
    return children;
  }

  #present(url: string): EmulatedFile {
    const file = this.byUrl(url);
    if (file === undefined)
      throw new BridgeError('file-not-found', `the emulated account has no file ${url}`);
    return file;
  }

  #presentFolder(id: number): EmulatedFolder {
    const folder = this.folder(id);
    if (folder === undefined || folder.parentId === null) {
      throw new BridgeError('folder-not-found', `the emulated account has no folder ${id} below its root`);
    }
    return folder;
  }
}

function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}
