import { BridgeError } from '../errors.ts';
import type { Database } from './database.ts';

type Value = string | number | null | Uint8Array;
type Statement = ReturnType<Database['prepare']>;

/** SQLITE_FULL and SQLITE_IOERR_WRITE (sqlite.org/rescode.html): what a full disk looks like from SQL. */
const DISK_FULL_CODES: ReadonlySet<number> = new Set([13, 778]);
/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const DAMAGE_CODES: ReadonlySet<number> = new Set([11, 26]);
/** The same in SQLite's words: from `all` the binding hands on no codes. */
const DAMAGE_MESSAGE = /^(?:database disk image is malformed|file is not a database)$/;

/** One prepared statement with the type of its rows; the only place where SQL's answers get their types. */
export class Query<Row extends object = Record<string, never>> {
  readonly #statement: Statement;

  constructor(database: Database, sql: string) {
    this.#statement = database.prepare(sql);
  }

  all(...values: readonly Value[]): Row[] {
    return this.#asked(() => this.#statement.all(...values) as Row[]);
  }

  get(...values: readonly Value[]): Row | undefined {
    return this.#asked(() => this.#statement.get(...values) as Row | undefined);
  }

  /** Gives the number of rows that were changed. */
  run(...values: readonly Value[]): number {
    return this.#asked(() => this.#statement.run(...values).changes);
  }

  /** Runs an INSERT and gives the rowid it was put under. */
  insert(...values: readonly Value[]): number {
    return this.#asked(() => Number(this.#statement.run(...values).lastInsertRowid));
  }

  #asked<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** Gives a full disk or a damaged file as the BridgeError it is; anything else as it came. */
export function asStoreError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code !== null && DISK_FULL_CODES.has(code)) {
    return new BridgeError('disk-full', 'the disk of the data directory is full', { cause: error });
  }
  if (!isDamage(error)) return error;
  return new BridgeError('internal', 'the database in the data directory is damaged', {
    cause: error,
    hint: 'Stop the bridge and move bridge.db with its -wal and -shm out of the data directory; it makes a new one from the account. Then check the disk.',
  });
}

/** Whether SQLite found the file itself to be broken. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  // Extended codes carry the primary one in their low byte.
  if (code !== null) return DAMAGE_CODES.has(code & 0xff);
  return error instanceof Error && DAMAGE_MESSAGE.test(error.message);
}

function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}
