import type { Entry, FileEntry, FolderEntry } from '../../src/library/entry.ts';
import type { Contents, Library, LibraryWriter, UploadBody } from '../../src/library/library.ts';
import { collisionKey, safeName } from '../../src/library/names.ts';
import { BridgeError } from '../../src/errors.ts';

const ROOT_ID = 0;

/** A library in memory that can be written to; content is kept as given. */
export class MemoryLibrary implements LibraryWriter {
  readonly #folders = new Map<number, FolderEntry>();
  readonly #files = new Map<string, FileEntry>();
  readonly #contents = new Map<string, Buffer>();
  readonly #children = new Map<number, Map<string, Entry>>();
  #nextId = 1;
  /** Folders that clients have opened, in order. */
  readonly opened: number[] = [];
  /** Throws here stand for what 1fichier refuses. */
  refuse: (action: string, name: string) => void = () => undefined;
  /** Whether an upload waits before it is confirmed. */
  confirmUpload: () => Promise<void> = () => Promise.resolve();

  constructor() {
    const root: FolderEntry = {
      kind: 'folder',
      id: ROOT_ID,
      parentId: null,
      name: '',
      remoteName: 'Root',
      modifiedAt: Date.UTC(2026, 0, 1),
      listedAt: null,
    };
    this.#folders.set(ROOT_ID, root);
    this.#children.set(ROOT_ID, new Map());
  }

  readonly library: Library = {
    root: () => this.#folder(ROOT_ID),
    entryAt: (path) => this.#entryAt(path),
    fileById: (id) => this.#files.get(id) ?? null,
    folderById: (id) => this.#folders.get(id) ?? null,
    pathOf: (entry) => this.#pathOf(entry),
    children: (folderId) => this.#sorted(folderId),
    contents: (folderId) => this.#contentsOf(folderId),
    filesBelow: () => [],
    search: () => [],
    changesSince: () => ({ cursor: 0, changed: [], removed: [], continuous: true }),
    crawlStatus: () => ({
      state: 'idle',
      foldersKnown: this.#folders.size,
      foldersListed: this.#folders.size,
      filesKnown: this.#files.size,
      foldersPending: 0,
      startedAt: null,
      finishedAt: null,
      lastError: null,
      foldersAtCap: 0,
      entriesMissing: 0,
    }),
    noteOpened: (folderId) => void this.opened.push(folderId),
    refresh: () => Promise.resolve(),
    onChange: () => () => undefined,
  };

  addFolder(parentId: number, name: string): FolderEntry {
    const folder: FolderEntry = {
      kind: 'folder',
      id: this.#nextId++,
      parentId,
      name: safeName(name),
      remoteName: name,
      modifiedAt: Date.UTC(2026, 5, 1),
      listedAt: Date.UTC(2026, 5, 1),
    };
    this.#children.set(folder.id, new Map());
    this.#put(folder);
    return folder;
  }

  addFile(parentId: number, name: string, content: Buffer | number): FileEntry {
    const id = String(this.#nextId++).padStart(20, 'a');
    const file: FileEntry = {
      kind: 'file',
      id,
      parentId,
      name: safeName(name),
      remoteName: name,
      url: `https://1fichier.com/?${id}`,
      size: typeof content === 'number' ? content : content.length,
      version: '1',
      modifiedAt: Date.UTC(2026, 5, 1, 12),
      checksum: null,
      contentType: name.endsWith('.mkv') ? 'video/x-matroska' : 'application/octet-stream',
    };
    if (typeof content !== 'number') this.#contents.set(id, content);
    this.#put(file);
    return file;
  }

  contentOf(file: FileEntry): Buffer {
    return this.#contents.get(file.id) ?? Buffer.alloc(file.size);
  }

  requireRoom(parentId: number, name: string): void {
    this.#requireFree(parentId, name);
  }

  makeFolder(parentId: number, name: string): Promise<FolderEntry> {
    return this.#act('makeFolder', name, () => {
      this.#requireFree(parentId, name);
      return this.addFolder(parentId, name);
    });
  }

  move(entry: Entry, parentId: number, name: string): Promise<Entry> {
    return this.#act('move', entry.name, () => {
      this.#take(entry);
      try {
        this.#requireFree(parentId, name);
      } catch (error) {
        this.#put(entry);
        throw error;
      }
      const moved = { ...entry, parentId, name: safeName(name), remoteName: name };
      this.#put(moved);
      return moved;
    });
  }

  copy(file: FileEntry, parentId: number, name: string): Promise<FileEntry> {
    return this.#act('copy', file.name, () => {
      this.#requireFree(parentId, name);
      return this.addFile(parentId, name, this.contentOf(file));
    });
  }

  remove(entry: Entry): Promise<void> {
    return this.#act('remove', entry.name, () => {
      if (entry.kind === 'folder') {
        for (const child of this.#sorted(entry.id)) this.#take(child);
        this.#folders.delete(entry.id);
      } else {
        this.#files.delete(entry.id);
        this.#contents.delete(entry.id);
      }
      this.#take(entry);
    });
  }

  async upload(parentId: number, name: string, body: UploadBody): Promise<FileEntry> {
    this.refuse('upload', name);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.chunks) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    if (content.length !== body.size || body.size === 0)
      throw new BridgeError('internal', 'a wrong upload size');
    await this.confirmUpload();
    if (body.replaces !== undefined) await this.remove(body.replaces);
    this.#requireFree(parentId, name);
    return this.addFile(parentId, name, content);
  }

  #act<T>(action: string, name: string, act: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.refuse(action, name);
      resolve(act());
    });
  }

  #requireFree(parentId: number, name: string): void {
    const key = collisionKey(safeName(name));
    if (this.#sorted(parentId).some((entry) => collisionKey(entry.name) === key))
      throw new BridgeError('name-taken', 'the name is taken');
  }

  #put(entry: Entry): void {
    if (entry.kind === 'folder') this.#folders.set(entry.id, entry);
    else this.#files.set(entry.id, entry);
    this.#children.get(entry.parentId ?? ROOT_ID)?.set(entry.name, entry);
  }

  #take(entry: Entry): void {
    this.#children.get(entry.parentId ?? ROOT_ID)?.delete(entry.name);
  }

  #folder(id: number): FolderEntry {
    const folder = this.#folders.get(id);
    if (folder === undefined) throw new BridgeError('folder-not-found', 'no such folder');
    return folder;
  }

  #entryAt(path: string): Entry | null {
    let at: Entry = this.#folder(ROOT_ID);
    for (const name of path.split('/').filter((part) => part !== '')) {
      const child: Entry | undefined =
        at.kind === 'folder' ? this.#children.get(at.id)?.get(name) : undefined;
      if (child === undefined) return null;
      at = child;
    }
    return at;
  }

  #pathOf(entry: Entry): string {
    if (entry.parentId === null) return '/';
    const parent = this.#pathOf(this.#folder(entry.parentId));
    return parent === '/' ? `/${entry.name}` : `${parent}/${entry.name}`;
  }

  #sorted(folderId: number): Entry[] {
    const entries = [...(this.#children.get(folderId)?.values() ?? [])];
    return [...entries.filter((e) => e.kind === 'folder'), ...entries.filter((e) => e.kind === 'file')];
  }

  #contentsOf(folderId: number): Contents {
    const entries = this.#sorted(folderId);
    const files = entries.filter((entry) => entry.kind === 'file');
    return {
      folders: entries.length - files.length,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.size, 0),
    };
  }
}
