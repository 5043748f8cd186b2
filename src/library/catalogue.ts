import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import type { Contents, FoundEntry, ListOrder } from './library.ts';
import { collisionKey, safeName } from './names.ts';
import { SELECT_ENTRY, SELECT_FILE, toEntry } from './rows.ts';
import type { EntryRow } from './rows.ts';

/** Entries read at a time. No statement stays open between pages, so writers are never in the way. */
const PAGE = 500;

/** Reads the mirror. Every method is synchronous and costs a few indexed look-ups. */
export class Catalogue {
  readonly #rootId: number;
  readonly #byName: Query<EntryRow>;
  readonly #byFolder: Query<EntryRow>;
  readonly #byFile: Query<EntryRow>;
  readonly #byKey: Query<EntryRow>;
  readonly #folders: Query<EntryRow>;
  readonly #files: Query<EntryRow>;
  readonly #contents: Query<{ folders: number; files: number | null; bytes: number | null }>;
  readonly #keysInOrder: ReadonlyMap<string, Query<{ key: number }>>;

  constructor(database: Database, rootId: number) {
    this.#rootId = rootId;
    this.#byName = new Query(database, `${SELECT_ENTRY} WHERE parent_id = ? AND name_key = ?`);
    this.#byFolder = new Query(database, `${SELECT_ENTRY} WHERE entry.folder_id = ?`);
    this.#byFile = new Query(database, `${SELECT_ENTRY} WHERE file_id = ?`);
    this.#byKey = new Query(database, `${SELECT_ENTRY} WHERE entry.key = ?`);
    const page = `AND (sort_key, entry.key) > (?, ?) ORDER BY sort_key, entry.key LIMIT ${PAGE}`;
    this.#folders = new Query(database, `${SELECT_ENTRY} WHERE parent_id = ? AND is_file = 0 ${page}`);
    this.#files = new Query(database, `${SELECT_FILE} WHERE parent_id = ? AND is_file = 1 ${page}`);
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
    const row = this.#byName.get(folderId, collisionKey(name));
    return row?.name === name.normalize('NFC') ? toEntry(row) : null;
  }

  /** The entry that leaves no room for one of that remote name beside it. */
  holderOf(folderId: number, remoteName: string): Entry | null {
    const row = this.#byName.get(folderId, collisionKey(safeName(remoteName)));
    return row === undefined ? null : toEntry(row);
  }

  fileById(id: string): FileEntry | null {
    const row = this.#byFile.get(id);
    const entry = row === undefined ? null : toEntry(row);
    return entry?.kind === 'file' ? entry : null;
  }

  folderById(id: number): FolderEntry | null {
    const row = this.#byFolder.get(id);
    const entry = row === undefined ? null : toEntry(row);
    return entry?.kind === 'folder' ? entry : null;
  }

  entryByKey(key: number): Entry | null {
    const row = this.#byKey.get(key);
    return row === undefined ? null : toEntry(row);
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

function* pages(query: Query<EntryRow>, folderId: number): Generator<Entry> {
  let sortKey = '';
  let key = 0;
  for (;;) {
    const rows = query.all(folderId, sortKey, key);
    for (const row of rows) yield toEntry(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    sortKey = last.sort_key;
    key = last.key;
  }
}

const ORDERS = {
  name: 'sort_key, key',
  'name descending': 'sort_key DESC, key DESC',
  size: 'size, sort_key, key',
  'size descending': 'size DESC, sort_key, key',
  date: 'modified_at, sort_key, key',
  'date descending': 'modified_at DESC, sort_key, key',
} as const;
