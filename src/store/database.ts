import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, renameSync, statSync } from 'node:fs';
import { BridgeError } from '../errors.ts';
import { asStoreError, isBusy, isDamage } from './store-error.ts';

export type Database = InstanceType<typeof DatabaseSync>;

/** The schema of one module: SQL scripts in the order they were written; a shipped one is never changed. */
export interface Schema {
  readonly module: string;
  readonly migrations: readonly string[];
}

/**
 * Opens a database in WAL mode and brings the schemas of its modules up to date, each step in a transaction of
 * its own, so that a crash leaves either the old or the new schema.
 *
 * @throws BridgeError `config-invalid` when the file was written by a newer version.
 */
export function openDatabase(path: string, schemas: readonly Schema[]): Database {
  const database = new DatabaseSync(path);
  try {
    // Patience comes first: another process may just be recovering this database after a crash.
    database.exec('PRAGMA busy_timeout = 5000');
    enterWriteAheadMode(database);
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768');
    database.exec(
      'CREATE TABLE IF NOT EXISTS schema_version (module TEXT PRIMARY KEY, version INTEGER NOT NULL)',
    );
    for (const schema of schemas) migrate(database, schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How often, and how far apart (ms), a new database is asked to change its mode while others do the same. */
const MODE_ATTEMPTS = 100;
const MODE_PAUSE_MS = 20;

/** Two who change a new database to WAL at once hold each other up, which SQLite tells at once, whatever its busy timeout. */
function enterWriteAheadMode(database: Database): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === MODE_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MODE_PAUSE_MS);
    }
  }
}

function migrate(database: Database, { module, migrations }: Schema): void {
  const versionOf = database.prepare('SELECT version FROM schema_version WHERE module = ?');
  const applied = (): number => (versionOf.get(module) as { version: number } | undefined)?.version ?? 0;
  if (applied() > migrations.length) {
    throw new BridgeError('config-invalid', `the data directory was written by a newer version (${module})`, {
      hint: 'Start the newer version, or point BRIDGE_DATA_DIR elsewhere.',
    });
  }
  const record = database.prepare('INSERT OR REPLACE INTO schema_version (module, version) VALUES (?, ?)');
  for (let step = applied(); step < migrations.length; step += 1) {
    transaction(database, () => {
      // Asked again inside the transaction, for another process may have taken this step meanwhile.
      if (applied() > step) return;
      database.exec(migrations[step] ?? '');
      record.run(module, step + 1);
    });
  }
}

/** Beyond this size (bytes) reading every page would hold up the start; damage there shows when it is met. */
const LARGEST_FULLY_CHECKED = 64 * 1024 * 1024;

/**
 * Opens a database as `openDatabase` does, checking it first. A damaged file is moved aside with its WAL, as
 * `<path>.corrupt-<ms since the epoch>`, a new one is begun, and `onRebuilt` is told the name of the old.
 *
 * @throws BridgeError `disk-full`, or `config-invalid` as `openDatabase`.
 */
export function openCheckedDatabase(
  path: string,
  schemas: readonly Schema[],
  now: number,
  onRebuilt: (movedTo: string) => void,
): Database {
  let database: Database | undefined;
  try {
    database = openDatabase(path, schemas);
    if (statSync(path).size > LARGEST_FULLY_CHECKED || isSound(database)) return database;
  } catch (error) {
    if (!isDamage(error)) {
      database?.close();
      throw asStoreError(error);
    }
  }
  database?.close();
  const movedTo = `${path}.corrupt-${now}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, movedTo + suffix);
  }
  onRebuilt(movedTo);
  return openDatabase(path, schemas);
}

function isSound(database: Database): boolean {
  const row = database.prepare('PRAGMA quick_check(1)').get() as { quick_check?: unknown } | undefined;
  return row?.quick_check === 'ok';
}

/** Runs `work` in one write transaction: all of it is kept, or, when it throws, none. Not re-entrant. */
export function transaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw asStoreError(error);
  }
}
