import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Catalogue } from './catalogue.ts';
import type { Entry, FileEntry } from './entry.ts';
import type { ChangeSet, FoundEntry } from './library.ts';

/** Removals that are remembered; whoever asks for older ones is told to compare everything. */
const MOST_REMOVALS = 200_000;
const PAGE = 500;

/**
 * Numbers every change, so that consumers can ask what is new since they last looked. Changes of files are kept
 * in the entries themselves; a folder that is renamed or moved stands for all the files below it.
 */
export class ChangeLog {
  readonly #advance: Query<{ value: number }>;
  readonly #state: Query<{ value: number }>;
  readonly #setFloor: Query;
  readonly #remember: Query;
  readonly #forget: Query;
  readonly #removals: Query<{ seq: number; file_id: string }>;
  readonly #changed: Query<{ key: number; changed_seq: number }>;

  constructor(database: Database) {
    this.#advance = new Query(
      database,
      `UPDATE catalogue_state SET value = value + 1 WHERE name = 'seq' RETURNING value`,
    );
    this.#state = new Query(database, 'SELECT value FROM catalogue_state WHERE name = ?');
    this.#setFloor = new Query(
      database,
      `INSERT OR REPLACE INTO catalogue_state (name, value) VALUES ('floor', ?)`,
    );
    this.#remember = new Query(database, 'INSERT INTO removal (seq, file_id) VALUES (?, ?)');
    this.#forget = new Query(database, 'DELETE FROM removal WHERE seq <= ?');
    this.#removals = new Query(
      database,
      `SELECT seq, file_id FROM removal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE}`,
    );
    this.#changed = new Query(
      database,
      `SELECT key, changed_seq FROM entry WHERE is_file = ? AND (changed_seq, key) > (?, ?) AND changed_seq <= ?
       ORDER BY changed_seq, key LIMIT ${PAGE}`,
    );
  }

  /** The number of the change that is being written; call within its transaction. */
  next(): number {
    return this.#advance.get()?.value ?? 0;
  }

  current(): number {
    return this.#state.get('seq')?.value ?? 0;
  }

  recordRemoval(fileId: string): void {
    const seq = this.next();
    this.#remember.run(seq, fileId);
    const floor = seq - MOST_REMOVALS;
    if (floor % 1000 === 0 && this.#forget.run(floor) > 0) this.#setFloor.run(floor);
  }

  since(cursor: number, catalogue: Catalogue): ChangeSet {
    const end = this.current();
    const floor = this.#state.get('floor')?.value ?? 0;
    return {
      cursor: end,
      changed: { [Symbol.iterator]: () => this.#changedFiles(cursor, end, catalogue) },
      removed: { [Symbol.iterator]: () => this.#removedFiles(cursor, end, catalogue) },
      continuous: cursor >= floor && cursor <= end,
    };
  }

  *#changedFiles(
    cursor: number,
    end: number,
    catalogue: Catalogue,
  ): Generator<FoundEntry & { readonly entry: FileEntry }> {
    const moved = new Set<number>();
    for (const entry of this.#entries(0, cursor, end, catalogue)) {
      if (entry.kind === 'folder') moved.add(entry.id);
    }
    const isBelowMoved = (folderId: number | null): boolean => {
      for (let id = folderId; id !== null; id = catalogue.folderById(id)?.parentId ?? null) {
        if (moved.has(id)) return true;
      }
      return false;
    };
    for (const id of moved) {
      const folder = catalogue.folderById(id);
      if (folder !== null && !isBelowMoved(folder.parentId)) yield* catalogue.filesBelow(id);
    }
    for (const entry of this.#entries(1, cursor, end, catalogue)) {
      if (entry.kind === 'file' && !isBelowMoved(entry.parentId)) {
        yield { entry, path: catalogue.pathOf(entry) };
      }
    }
  }

  *#entries(isFile: 0 | 1, cursor: number, end: number, catalogue: Catalogue): Generator<Entry> {
    let seq = cursor;
    let key = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const rows = this.#changed.all(isFile, seq, key, end);
      for (const row of rows) {
        const entry = catalogue.entryByKey(row.key);
        if (entry !== null) yield entry;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      seq = last.changed_seq;
      key = last.key;
    }
  }

  *#removedFiles(cursor: number, end: number, catalogue: Catalogue): Generator<string> {
    let seq = cursor;
    for (;;) {
      const rows = this.#removals.all(seq, end);
      for (const row of rows) if (catalogue.fileById(row.file_id) === null) yield row.file_id;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      seq = last.seq;
    }
  }
}
