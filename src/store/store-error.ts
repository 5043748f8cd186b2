import { BridgeError } from '../errors.ts';

/** SQLITE_FULL and SQLITE_IOERR_WRITE (sqlite.org/rescode.html): what a full disk looks like from SQL. */
const DISK_FULL_CODES: ReadonlySet<number> = new Set([13, 778]);
/** SQLITE_BUSY (sqlite.org/rescode.html). */
const BUSY_CODE = 5;
/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const DAMAGE_CODES: ReadonlySet<number> = new Set([11, 26]);
/** The same in SQLite's words: from `all` the binding hands on no codes. */
const DAMAGE_MESSAGE = /^(?:database disk image is malformed|file is not a database)$/;

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

/** Whether another connection held what was asked for. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && (code & 0xff) === BUSY_CODE;
}

function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}
