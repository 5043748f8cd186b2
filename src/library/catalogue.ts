import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import type { Contents, FoundEntry, ListOrder } from './library.ts';
import { collisionKey, safeName } from './names.ts';
import { readEntry, SELECT_ENTRY, selectFiles, selectFolders, toEntry } from './rows.ts';
import type { EntryValues, JsonRow } from './rows.ts';

/** Entries read at a time. No statement stays open between pages, so writers are never in the way. */
const PAGE = 500;

/** Reads the mirror. Every method is synchronous and costs a few indexed look-ups. */
export class Catalogue {
  readonly #rootId: number;
  readonly #byName: Query<JsonRow>;
  readonly #byFolder: Query<JsonRow>;
  readonly #byFile: Query<JsonRow>;
  readonly #byKey: Query<JsonRow>;
  readonly #missing: Query<{ key: number }>;
  readonly #folders: Query<JsonRow>;
  readonly #files: Query<JsonRow>;
  readonly #contents: Query<{ folders: number; files: number | null; bytes: number | null }>;
  readonly #keysInOrder: ReadonlyMap<string, Query<{ key: number }>>;

  constructor(database: Database, rootId: number) {
    this.#rootId = rootId;
    this.#byName = new Query(database, `${SELECT_ENTRY} WHERE parent_id = ? AND name_key = ?`);
    this.#byFolder = new Query(database, `${SELECT_ENTRY} WHERE folder_id = ?`);
    this.#byFile = new Query(database, `${SELECT_ENTRY} WHERE file_id = ?`);
    this.#byKey = new Query(database, `${SELECT_ENTRY} WHERE key = ?`);
    this.#missing = new Query(database, 'SELECT key FROM entry WHERE file_id = ? AND gone_after IS NOT NULL');
    const page = `parent_id = ? AND (sort_key, key) > (?, ?) ORDER BY sort_key, key LIMIT ${PAGE}`;
    this.#folders = new Query(database, selectFolders(page));
    this.#files = new Query(database, selectFiles(page));
    this.#contents = new Query(
      database,
      `SELECT count(*) - total(is_file) AS folders, sum(is_file) AS files, sum(size) AS bytes
       FROM entry WHERE parent_id = ?`,
    );
    this.#keysInOrder = new Map(
      Object.entries(ORDERS).map(([order, terms]) => [
        order,
        new Query(database, `SELECT key FROM entry WHERE parent_id = ? ORDER BY is_file, ${terms}`),
      ]),
    );
  }

  root(): FolderEntry {
    const root = this.folderById(this.#rootId);
    if (root === null) throw new Error('the catalogue has no root');
    return root;
  }

  entryAt(path: string): Entry | null {
    let entry: Entry | null = this.root();
    for (const segment of path.split('/')) {
      if (segment === '') continue;
      if (entry?.kind !== 'folder') return null;
      entry = this.child(entry.id, segment);
    }
    return entry?.kind === 'file' && path.endsWith('/') ? null : entry;
  }

  /** The entry of that name, whatever its Unicode form; case counts. */
  child(folderId: number, name: string): Entry | null {
    const entry = readOne(this.#byName.get(folderId, collisionKey(name)));
    return entry?.name === name.normalize('NFC') ? entry : null;
  }

  /** The entry that leaves no room for one of that remote name beside it. */
  holderOf(folderId: number, remoteName: string): Entry | null {
    return readOne(this.#byName.get(folderId, collisionKey(safeName(remoteName))));
  }

  fileById(id: string): FileEntry | null {
    const entry = readOne(this.#byFile.get(id));
    return entry?.kind === 'file' ? entry : null;
  }

  isMissing(fileId: string): boolean {
    return this.#missing.get(fileId) !== undefined;
  }

  folderById(id: number): FolderEntry | null {
    const entry = readOne(this.#byFolder.get(id));
    return entry?.kind === 'folder' ? entry : null;
  }

  entryByKey(key: number): Entry | null {
    return readOne(this.#byKey.get(key));
  }

  pathOf(entry: Entry): string {
    const names: string[] = [];
    let current: Entry | null = entry;
    while (current !== null && current.parentId !== null) {
      names.unshift(current.name);
      current = this.folderById(current.parentId);
    }
    return `/${names.join('/')}`;
  }

  *children(folderId: number, order: ListOrder = { by: 'name', descending: false }): Generator<Entry> {
    if (order.by === 'name' && !order.descending) {
      yield* pages(this.#folders, folderId);
      yield* pages(this.#files, folderId);
      return;
    }
    const keys = this.#keysInOrder.get(`${order.by}${order.descending ? ' descending' : ''}`)?.all(folderId);
    for (const { key } of keys ?? []) {
      const entry = this.entryByKey(key);
      if (entry?.parentId === folderId) yield entry;
    }
  }

  contents(folderId: number): Contents {
    const row = this.#contents.get(folderId);
    return { folders: row?.folders ?? 0, files: row?.files ?? 0, bytes: row?.bytes ?? 0 };
  }

  *filesBelow(folderId: number): Generator<FoundEntry & { readonly entry: FileEntry }> {
    const folder = this.folderById(folderId);
    if (folder === null) return;
    const top = this.pathOf(folder);
    const open = [{ path: top === '/' ? '' : top, entries: this.children(folderId) }];
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const next = level.entries.next();
      if (next.done === true) {
        open.pop();
      } else {
        const path = `${level.path}/${next.value.name}`;
        if (next.value.kind === 'file') yield { entry: next.value, path };
        else open.push({ path, entries: this.children(next.value.id) });
      }
    }
  }
}

function* pages(query: Query<JsonRow>, folderId: number): Generator<Entry> {
  let sortKey = '';
  let key = 0;
  for (;;) {
    const page = JSON.parse(query.get(folderId, sortKey, key)?.json ?? '[]') as EntryValues[];
    for (const values of page) yield toEntry(values);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    [key, , , , , sortKey] = last;
  }
}

function readOne(row: JsonRow | undefined): Entry | null {
  return row === undefined ? null : readEntry(row);
}

const ORDERS = {
  name: 'sort_key, key',
  'name descending': 'sort_key DESC, key DESC',
  size: 'size, sort_key, key',
  'size descending': 'size DESC, sort_key, key',
  date: 'modified_at, sort_key, key',
  'date descending': 'modified_at DESC, sort_key, key',
} as const;
