import { transaction, type Database } from '../store/database.ts';
import { Query } from '../store/query.ts';

/** Up to where a root has been brought; strm_root in the schema says what each means. */
export interface RootState {
  readonly marker: string;
  readonly cursor: number | null;
  readonly described: number | null;
  readonly rules: string | null;
  readonly unsureSince: number | null;
  readonly heldSince: number | null;
}

/** How far one root has come: what it has still to look at, and how much was removed from it of late. */
export class RootProgress {
  readonly #database: Database;
  readonly #root: number;
  readonly #state: Query<RootState>;
  readonly #setState: Query;
  readonly #setHeld: Query;
  readonly #due: Query<{ id: number }>;
  readonly #addDue: Query;
  readonly #dropDue: Query;
  readonly #removedSince: Query<{ count: number }>;
  readonly #noteRemoved: Query;
  readonly #forgetRemoved: Query;

  /** @param root its key in strm_root. */
  constructor(database: Database, root: number) {
    this.#database = database;
    this.#root = root;
    const state = 'marker, cursor, described, rules, unsure_since AS unsureSince, held_since AS heldSince';
    this.#state = new Query(database, `SELECT ${state} FROM strm_root WHERE key = ?`);
    this.#setState = new Query(
      database,
      'UPDATE strm_root SET cursor = ?, described = ?, rules = ?, unsure_since = ? WHERE key = ?',
    );
    this.#setHeld = new Query(database, 'UPDATE strm_root SET held_since = ? WHERE key = ?');
    this.#due = new Query(database, 'SELECT folder_id AS id FROM strm_due WHERE root = ?');
    this.#addDue = new Query(database, 'INSERT OR IGNORE INTO strm_due (root, folder_id) VALUES (?, ?)');
    this.#dropDue = new Query(database, 'DELETE FROM strm_due WHERE root = ? AND folder_id = ?');
    this.#removedSince = new Query(
      database,
      'SELECT coalesce(sum(count), 0) AS count FROM strm_removal WHERE root = ? AND at >= ?',
    );
    this.#noteRemoved = new Query(database, 'INSERT INTO strm_removal (root, at, count) VALUES (?, ?, ?)');
    this.#forgetRemoved = new Query(database, 'DELETE FROM strm_removal WHERE root = ? AND at < ?');
  }

  state(): RootState {
    const state = this.#state.get(this.#root);
    const nothing = { cursor: null, described: null, rules: null, unsureSince: null, heldSince: null };
    return state ?? { marker: '', ...nothing };
  }

  /** Folders whose files have to be compared. */
  due(): number[] {
    return this.#due.all(this.#root).map(({ id }) => id);
  }

  /** Adds folders to those due and moves the cursors, so that a change once read is never forgotten. */
  recordDue(folderIds: Iterable<number>, state: Omit<RootState, 'marker' | 'heldSince'>): void {
    transaction(this.#database, () => {
      for (const id of folderIds) this.#addDue.run(this.#root, id);
      const { cursor, described, rules, unsureSince } = state;
      this.#setState.run(cursor, described, rules, unsureSince, this.#root);
    });
  }

  settleDue(folderIds: Iterable<number>): void {
    transaction(this.#database, () => {
      for (const id of folderIds) this.#dropDue.run(this.#root, id);
    });
  }

  /** @param moment ms since the epoch; null: nothing is kept that seems gone. */
  holdSince(moment: number | null): void {
    this.#setHeld.run(moment, this.#root);
  }

  /** Files removed at or after `since` (ms since the epoch), without those that a person allowed. */
  removedSince(since: number): number {
    return this.#removedSince.get(this.#root, since)?.count ?? 0;
  }

  noteRemoved(count: number, at: number): void {
    this.#noteRemoved.run(this.#root, at, count);
  }

  /** @param before ms since the epoch. */
  forgetRemoved(before: number): void {
    this.#forgetRemoved.run(this.#root, before);
  }
}
