import type { Database, Schema } from '../store/database.ts';

/** Small facts that must survive a restart: a lock of the API, when a rare call was last made. */
export interface StateStore {
  read(name: string): string | null;
  /** `expiresAt` (ms since the epoch): from then on the fact may be forgotten. */
  write(name: string, value: string, expiresAt: number): void;
  remove(name: string): void;
}

export const fichierSchema: Schema = {
  module: 'fichier',
  migrations: [
    `CREATE TABLE fichier_state (name TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`,
  ],
};

/** Keeps the state in a database opened with `fichierSchema`; forgets what expired before `now` (ms since the epoch). */
export function sqliteStateStore(database: Database, now: number): StateStore {
  database.prepare('DELETE FROM fichier_state WHERE expires_at < ?').run(now);
  const select = database.prepare('SELECT value FROM fichier_state WHERE name = ?');
  const upsert = database.prepare(
    'INSERT OR REPLACE INTO fichier_state (name, value, expires_at) VALUES (?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM fichier_state WHERE name = ?');
  return {
    read: (name) => (select.get(name) as { value: string } | undefined)?.value ?? null,
    write: (name, value, expiresAt) => void upsert.run(name, value, Math.ceil(expiresAt)),
    remove: (name) => void remove.run(name),
  };
}

/** For runs without a data directory: nothing survives. */
export function memoryStateStore(): StateStore {
  const facts = new Map<string, string>();
  return {
    read: (name) => facts.get(name) ?? null,
    write: (name, value) => void facts.set(name, value),
    remove: (name) => void facts.delete(name),
  };
}

/** Goes on in memory where `store` fails, as on a full disk: a call must not fail because its trace cannot be kept. */
export function failSafeStateStore(store: StateStore, onFailure: (error: unknown) => void): StateStore {
  const unsaved = memoryStateStore();
  const attempt = <T>(work: () => T, otherwise: () => T): T => {
    try {
      return work();
    } catch (error) {
      onFailure(error);
      return otherwise();
    }
  };
  return {
    read: (name) =>
      unsaved.read(name) ??
      attempt(
        () => store.read(name),
        () => null,
      ),
    write(name, value, expiresAt) {
      unsaved.remove(name);
      attempt(
        () => store.write(name, value, expiresAt),
        () => unsaved.write(name, value, expiresAt),
      );
    },
    remove(name) {
      unsaved.remove(name);
      attempt(
        () => store.remove(name),
        () => undefined,
      );
    },
  };
}
