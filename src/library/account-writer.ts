import type { CallOptions, FichierWriteApi } from '../fichier/api.ts';
import { storableName } from '../fichier/names.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import type { FailureKind } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import type { LibraryWriter, UploadBody } from './library.ts';
import type { LocalEdits } from './local-edits.ts';
import { fileItem, folderItem } from './remote-item.ts';

/** Changes the account, and the catalogue with it, call by call: a failure half-way leaves both in step. */
export class AccountWriter implements LibraryWriter {
  readonly #api: FichierWriteApi;
  readonly #catalogue: Catalogue;
  readonly #edits: LocalEdits;

  constructor(api: FichierWriteApi, catalogue: Catalogue, edits: LocalEdits) {
    this.#api = api;
    this.#catalogue = catalogue;
    this.#edits = edits;
  }

  async makeFolder(parentId: number, called: string, signal?: AbortSignal): Promise<FolderEntry> {
    const name = storableName(called);
    this.requireRoom(parentId, name);
    const id = await this.#api.makeFolder(parentId, name, options(signal));
    return this.#asFolder(this.#edits.put(parentId, folderItem({ id, name, createdAt: null })));
  }

  async move(entry: Entry, parentId: number, called: string, signal?: AbortSignal): Promise<Entry> {
    // A name that it has already is left as it is, whoever gave it.
    const name = called === entry.remoteName ? called : storableName(called);
    if (entry.parentId === null) throw new BridgeError('bad-request', 'the root cannot be moved');
    if (entry.kind === 'folder') this.#requireOutside(entry, parentId);
    this.requireRoom(parentId, name, entry);
    // 1fichier allows no two folders of one name side by side, not even between the two calls of a move.
    const renameFirst = this.#isTaken(parentId, entry.remoteName, entry);
    let current = entry;
    if (renameFirst) current = await this.#rename(current, name, signal);
    current = await this.#relocate(current, parentId, signal);
    return this.#rename(current, name, signal);
  }

  async copy(file: FileEntry, parentId: number, called: string, signal?: AbortSignal): Promise<FileEntry> {
    const name = called === file.remoteName ? called : storableName(called);
    this.requireRoom(parentId, name);
    const rename = name === file.remoteName ? null : name;
    const url = await this.#api.copyFile(file.url, parentId, rename, options(signal));
    return this.#asFile(this.#edits.put(parentId, itemOf({ ...file, url }, name)));
  }

  async remove(entry: Entry, signal?: AbortSignal): Promise<void> {
    if (entry.parentId === null) throw new BridgeError('bad-request', 'the root cannot be removed');
    if (entry.kind === 'file') {
      await unlessGone('file-not-found', this.#api.removeFile(entry.url, options(signal)));
    } else {
      const below = [...this.#catalogue.children(entry.id)];
      // Files first: should it end half-way, the folders still show what is left.
      for (const child of below.reverse()) await this.remove(child, signal);
      await unlessGone('folder-not-found', this.#api.removeFolder(entry.id, options(signal)));
    }
    this.#edits.remove(entry);
  }

  async upload(parentId: number, called: string, body: UploadBody, signal?: AbortSignal): Promise<FileEntry> {
    const name = storableName(called);
    const { size, chunks, replaces } = body;
    this.requireRoom(parentId, name, replaces);
    const file = await this.#api.upload(parentId, { filename: name, size, chunks }, options(signal));
    if (replaces === undefined) return this.#asFile(this.#edits.put(parentId, fileItem(file)));
    try {
      await unlessGone('file-not-found', this.#api.removeFile(replaces.url, options(undefined)));
    } catch (error) {
      this.#edits.put(parentId, fileItem(file));
      throw error;
    }
    return this.#asFile(this.#edits.put(parentId, fileItem(file), replaces));
  }

  /** Names that differ only in case have room for one: the library shows them on file systems that ignore case. */
  requireRoom(parentId: number, called: string, except?: Entry): void {
    if (this.#catalogue.folderById(parentId) === null) {
      throw new BridgeError('folder-not-found', 'the folder to write into is not there');
    }
    const holder = this.#catalogue.holderOf(parentId, storableName(called));
    if (holder === null || holder.id === except?.id) return;
    throw new BridgeError('name-taken', `there is already an entry named ${holder.name}`);
  }

  async #relocate(entry: Entry, parentId: number, signal: AbortSignal | undefined): Promise<Entry> {
    if (entry.parentId === parentId) return entry;
    if (entry.kind === 'folder') await this.#api.moveFolder(entry.id, parentId, options(signal));
    else await this.#api.moveFile(entry.url, parentId, options(signal));
    return this.#edits.put(parentId, itemOf(entry, entry.remoteName));
  }

  async #rename(entry: Entry, name: string, signal: AbortSignal | undefined): Promise<Entry> {
    if (entry.remoteName === name || entry.parentId === null) return entry;
    if (entry.kind === 'folder') await this.#api.renameFolder(entry.id, name, options(signal));
    else await this.#api.renameFile(entry.url, name, options(signal));
    return this.#edits.put(entry.parentId, itemOf(entry, name));
  }

  #isTaken(parentId: number, name: string, except: Entry | undefined): boolean {
    const holder = this.#catalogue.holderOf(parentId, name);
    return holder !== null && holder.id !== except?.id;
  }

  #requireOutside(folder: FolderEntry, parentId: number): void {
    for (
      let id: number | null = parentId;
      id !== null;
      id = this.#catalogue.folderById(id)?.parentId ?? null
    ) {
      if (id === folder.id) throw new BridgeError('bad-request', 'a folder cannot be moved into itself');
    }
  }

  #asFolder(entry: Entry): FolderEntry {
    if (entry.kind !== 'folder') throw new BridgeError('internal', 'a folder became a file');
    return entry;
  }

  #asFile(entry: Entry): FileEntry {
    if (entry.kind !== 'file') throw new BridgeError('internal', 'a file became a folder');
    return entry;
  }
}

/** Someone waits for a write as for a folder that is opened. */
function options(signal: AbortSignal | undefined): CallOptions {
  return { priority: 'browse', signal };
}

function itemOf(entry: Entry, remoteName: string): ReturnType<typeof fileItem> {
  if (entry.kind === 'folder') {
    return folderItem({ id: entry.id, name: remoteName, createdAt: entry.modifiedAt });
  }
  const { url, size, modifiedAt, checksum, contentType } = entry;
  return fileItem({ url, filename: remoteName, size, uploadedAt: modifiedAt, checksum, contentType });
}

/** To find already gone what was to be removed is success. */
async function unlessGone(gone: FailureKind, removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (asBridgeError(error).kind !== gone) throw error;
  }
}
