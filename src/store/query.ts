import { BridgeError } from '../errors.ts';
import type { Database } from './database.ts';

type Value = string | number | null | Uint8Array;
type Statement = ReturnType<Database['prepare']>;

/** SQLITE_FULL and SQLITE_IOERR_WRITE (sqlite.org/rescode.html): what a full disk looks like from SQL. */
const DISK_FULL_CODES: ReadonlySet<unknown> = new Set([13, 778]);

/** One prepared statement with the type of its rows; the only place where SQL's answers get their types. */
export class Query<Row extends object = Record<string, never>> {
  readonly #statement: Statement;

  constructor(database: Database, sql: string) {
    this.#statement = database.prepare(sql);
  }

  all(...values: readonly Value[]): Row[] {
    return this.#statement.all(...values) as Row[];
  }

  get(...values: readonly Value[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined;
  }

  /** Gives the number of rows that were changed. */
  run(...values: readonly Value[]): number {
    try {
      return this.#statement.run(...values).changes;
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** Runs an INSERT and gives the rowid it was put under. */
  insert(...values: readonly Value[]): number {
    try {
      return Number(this.#statement.run(...values).lastInsertRowid);
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** Gives a full disk as the BridgeError it is; anything else as it came. */
export function asStoreError(error: unknown): unknown {
  const isFull =
    typeof error === 'object' && error !== null && 'errcode' in error && DISK_FULL_CODES.has(error.errcode);
  return isFull
    ? new BridgeError('disk-full', 'the disk of the data directory is full', { cause: error })
    : error;
}
