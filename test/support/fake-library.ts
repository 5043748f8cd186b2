import type { Entry, FileEntry, FolderEntry } from '../../src/library/entry.ts';
import type {
  ChangeSet,
  Contents,
  CrawlStatus,
  FoundEntry,
  Library,
  ListOrder,
  RefreshRequest,
  SearchQuery,
} from '../../src/library/library.ts';

const MODIFIED_AT = Date.UTC(2026, 0, 15, 20, 30, 0);

/** A library held in memory, built by the test. Ids of folders count up from the root's 0. */
export class FakeLibrary implements Library {
  readonly entries: Entry[] = [];
  readonly opened: number[] = [];
  readonly refreshed: (RefreshRequest & { readonly folderId: number })[] = [];
  crawl: CrawlStatus = {
    state: 'idle',
    foldersKnown: 1,
    foldersListed: 1,
    filesKnown: 0,
    foldersPending: 0,
    startedAt: null,
    finishedAt: null,
    lastError: null,
    foldersAtCap: 0,
    entriesMissing: 0,
  };
  onRefresh: (folderId: number) => Promise<void> = () => Promise.resolve();

  constructor() {
    this.#add({ kind: 'folder', id: 0, parentId: null, name: '', remoteName: '' });
  }

  /** Adds the folders of a path that are not there yet; gives the last. */
  addFolder(path: string): FolderEntry {
    let folder: Entry = this.root();
    for (const name of namesOf(path)) {
      const parent: Entry = folder;
      const known: Entry | undefined = this.entries.find(
        (entry) => entry.parentId === parent.id && entry.name === name,
      );
      folder =
        known ??
        this.#add({
          kind: 'folder',
          id: this.entries.length,
          parentId: parent.id as number,
          name,
          remoteName: name,
        });
    }
    if (folder.kind !== 'folder') throw new Error(`${path} is a file`);
    return folder;
  }

  addFile(path: string, details: Partial<FileEntry> = {}): FileEntry {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    const id = details.id ?? `file${String(this.entries.length).padStart(16, 'a')}`;
    const file: FileEntry = {
      kind: 'file',
      id,
      parentId: this.addFolder(names.join('/')).id,
      name,
      remoteName: name,
      url: `https://1fichier.test/?${id}`,
      size: 1000,
      version: 'v1',
      modifiedAt: MODIFIED_AT,
      checksum: null,
      contentType: 'video/x-matroska',
      ...details,
    };
    this.entries.push(file);
    return file;
  }

  #add(folder: Omit<FolderEntry, 'modifiedAt' | 'listedAt'>): FolderEntry {
    const entry = { ...folder, modifiedAt: MODIFIED_AT, listedAt: MODIFIED_AT };
    this.entries.push(entry);
    return entry;
  }

  root(): FolderEntry {
    return this.entries[0] as FolderEntry;
  }

  entryAt(path: string): Entry | null {
    let entry: Entry | undefined = this.root();
    for (const name of namesOf(path)) {
      const parent: Entry | undefined = entry;
      if (parent?.kind !== 'folder') return null;
      entry = this.entries.find((other) => other.parentId === parent.id && other.name === name);
    }
    return entry ?? null;
  }

  fileById(id: string): FileEntry | null {
    const file = this.entries.find((entry) => entry.kind === 'file' && entry.id === id);
    return (file ?? null) as FileEntry | null;
  }

  folderById(id: number): FolderEntry | null {
    const folder = this.entries.find((entry) => entry.kind === 'folder' && entry.id === id);
    return (folder ?? null) as FolderEntry | null;
  }

  pathOf(entry: Entry): string {
    const parent = entry.parentId === null ? null : this.folderById(entry.parentId);
    if (parent === null) return '/';
    return parent.parentId === null ? `/${entry.name}` : `${this.pathOf(parent)}/${entry.name}`;
  }

  children(
    folderId: number,
    { by, descending }: ListOrder = { by: 'name', descending: false },
  ): Iterable<Entry> {
    const natural = new Intl.Collator('en', { numeric: true });
    const compare = (a: Entry, b: Entry): number => {
      if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
      const order =
        by === 'size' && a.kind === 'file' && b.kind === 'file'
          ? a.size - b.size
          : by === 'date'
            ? a.modifiedAt - b.modifiedAt
            : natural.compare(a.name, b.name);
      return descending ? -order : order;
    };
    return this.entries.filter((entry) => entry.parentId === folderId).sort(compare);
  }

  contents(folderId: number): Contents {
    const below = [...this.filesBelow(folderId)];
    const bytes = below.reduce((sum, { entry }) => sum + entry.size, 0);
    return { folders: 0, files: below.length, bytes };
  }

  *filesBelow(folderId: number): Generator<FoundEntry & { entry: FileEntry }> {
    for (const entry of this.children(folderId)) {
      if (entry.kind === 'folder') yield* this.filesBelow(entry.id);
      else yield { entry, path: this.pathOf(entry) };
    }
  }

  search({ text, limit }: SearchQuery): readonly FoundEntry[] {
    return this.entries
      .filter((entry) => entry.name.toLowerCase().includes(text.toLowerCase()))
      .slice(0, limit)
      .map((entry) => ({ entry, path: this.pathOf(entry) }));
  }

  changesSince(cursor: number): ChangeSet {
    return { cursor, changed: [], removed: [], continuous: true };
  }

  crawlStatus(): CrawlStatus {
    return this.crawl;
  }

  noteOpened(folderId: number): void {
    this.opened.push(folderId);
  }

  async refresh(folderId: number, request: RefreshRequest): Promise<void> {
    this.refreshed.push({ folderId, ...request });
    await this.onRefresh(folderId);
  }

  onChange: Library['onChange'] = () => () => undefined;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
