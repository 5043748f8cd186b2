import { DatabaseSync } from '@photostructure/sqlite';
import { BridgeError } from '../errors.ts';

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
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  database.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456');
  database.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (module TEXT PRIMARY KEY, version INTEGER NOT NULL)',
  );
  for (const schema of schemas) migrate(database, schema);
  return database;
}

function migrate(database: Database, schema: Schema): void {
  const row = database.prepare('SELECT version FROM schema_version WHERE module = ?').get(schema.module) as
    { version: number } | undefined;
  const applied = row?.version ?? 0;
  if (applied > schema.migrations.length) {
    throw new BridgeError(
      'config-invalid',
      `the data directory was written by a newer version (${schema.module})`,
      {
        hint: 'Start the newer version, or point BRIDGE_DATA_DIR elsewhere.',
      },
    );
  }
  const record = database.prepare('INSERT OR REPLACE INTO schema_version (module, version) VALUES (?, ?)');
  schema.migrations.slice(applied).forEach((script, index) => {
    transaction(database, () => {
      database.exec(script);
      record.run(schema.module, applied + index + 1);
    });
  });
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
    throw error;
  }
}
