import { transaction, type Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import { pathKey, type LocalPath } from './local-path.ts';
import type { OwnedFile } from './owned-file.ts';
import type { Rename } from './plan.ts';
import { RootProgress } from './root-progress.ts';
import type { WantedFile } from './wanted.ts';

/** A write or a rename that an ended process has begun. */
export interface BegunFile extends OwnedFile {
  readonly temp: string | null;
  readonly nextSource: string | null;
  readonly nextHash: string | null;
  readonly nextPath: LocalPath | null;
}

/** A write about to begin: from now on the file at `path` may hold the bytes of `hash`. */
export interface BegunWrite {
  /** The row of the file that is written again or taken over; null: the file is new. */
  readonly owned: OwnedFile | null;
  readonly wanted: WantedFile;
  readonly path: LocalPath;
  /** Name of the temporary file beside it. */
  readonly temp: string;
  /** Null: known once the bytes have been fetched, see `fetched`. */
  readonly hash: string | null;
}

const COLUMNS = `key, path, path_key AS pathKey, place, kind, file_id AS fileId, folder_id AS folderId, source, hash`;
const BEGUN = `${COLUMNS}, temp, next_source AS nextSource, next_hash AS nextHash, next_path AS nextPath`;

/**
 * What is known of one root. A file is entered before it is written and confirmed afterwards, each in a transaction
 * that is on disk before the next step, so that a process which ends anywhere leaves no file that is not known.
 */
export class Manifest {
  readonly #database: Database;
  readonly #root: number;
  readonly #queries: ReturnType<typeof prepare>;
  readonly progress: RootProgress;

  private constructor(database: Database, root: number) {
    this.#database = database;
    this.#root = root;
    this.#queries = prepare(database);
    this.progress = new RootProgress(database, root);
  }

  /** @param marker is kept from the first time a directory is opened. */
  static of(database: Database, directory: string, marker: string): Manifest {
    new Query(database, 'INSERT OR IGNORE INTO strm_root (directory, marker) VALUES (?, ?)').run(
      directory,
      marker,
    );
    const row = new Query<{ key: number }>(database, 'SELECT key FROM strm_root WHERE directory = ?').get(
      directory,
    );
    return new Manifest(database, row?.key ?? 0);
  }

  count(): number {
    return this.#queries.count.get(this.#root)?.count ?? 0;
  }

  byKey(key: number): OwnedFile | null {
    return this.#queries.byKey.get(key) ?? null;
  }

  byFile(fileId: string): OwnedFile[] {
    return this.#queries.byFile.all(this.#root, fileId);
  }

  /** Who has a path, whatever its case and Unicode form. */
  holder(key: string): OwnedFile | null {
    return this.#queries.byPath.get(this.#root, key) ?? null;
  }

  inFolder(folderId: number): OwnedFile[] {
    return this.#queries.inFolder.all(this.#root, folderId);
  }

  folderIds(): number[] {
    return this.#queries.folderIds.all(this.#root).map(({ id }) => id);
  }

  begun(): BegunFile[] {
    return this.#queries.begun.all(this.#root);
  }

  /** Enters writes that are about to begin; gives the keys of their rows in the same order. */
  beginWrites(writes: readonly BegunWrite[]): number[] {
    return this.#transaction(() => writes.map((write) => this.#beginWrite(write)));
  }

  #beginWrite({ owned, wanted, path, temp, hash }: BegunWrite): number {
    const { kind, fileId, folderId, place, source } = wanted;
    if (owned === null) {
      return this.#queries.insert.insert(
        ...[this.#root, path, pathKey(path), place, kind, fileId, folderId, temp, source, hash],
      );
    }
    this.#queries.beginWrite.run(place, kind, fileId, folderId, temp, source, hash, owned.key);
    return owned.key;
  }

  /** Says what the bytes of a begun write are, once they lie in its temporary file. */
  fetched(key: number, hash: string): void {
    this.#queries.fetched.run(hash, key);
  }

  confirmWrites(keys: Iterable<number>): void {
    this.#transaction(() => {
      for (const key of keys) this.#queries.confirmWrite.run(key);
    });
  }

  /** Gives up begun writes: what was there before still is. */
  abandonWrites(keys: Iterable<number>): void {
    this.#transaction(() => {
      for (const key of keys) {
        this.#queries.dropUnwritten.run(key);
        this.#queries.abandonWrite.run(key);
      }
    });
  }

  /** Enters a file that was found with exactly the wanted bytes. */
  adopt(owned: OwnedFile | null, wanted: WantedFile, path: LocalPath, hash: string): void {
    this.#transaction(() => {
      this.#queries.confirmWrite.run(this.#beginWrite({ owned, wanted, path, temp: '', hash }));
    });
  }

  /** Takes over what does not concern the bytes: that the place is wanted from another folder, say. */
  restate(owned: OwnedFile, wanted: WantedFile): void {
    this.#queries.restate.run(wanted.place, wanted.folderId, owned.key);
  }

  beginRenames(renames: readonly { readonly owned: OwnedFile; readonly path: LocalPath }[]): void {
    this.#transaction(() => {
      for (const { owned, path } of renames) this.#queries.beginRename.run(path, owned.key);
    });
  }

  confirmRenames(renames: readonly Rename[]): void {
    this.#transaction(() => {
      for (const { owned, path, wanted, replaces } of renames) {
        if (replaces !== null) this.#queries.forget.run(replaces.key);
        // Without a place: wherever it is wanted, it is not where it should be.
        this.#queries.confirmRename.run(
          ...[path, pathKey(path), wanted?.place ?? '', wanted?.folderId ?? owned.folderId, owned.key],
        );
      }
    });
  }

  abandonRename(key: number): void {
    this.#queries.abandonRename.run(key);
  }

  forget(keys: Iterable<number>): void {
    this.#transaction(() => {
      for (const key of keys) this.#queries.forget.run(key);
    });
  }

  enterDirectory(path: LocalPath): void {
    this.#queries.enterDirectory.run(this.#root, path);
  }

  madeDirectory(path: LocalPath): boolean {
    return this.#queries.directory.get(this.#root, path) !== undefined;
  }

  forgetDirectory(path: LocalPath): void {
    this.#queries.forgetDirectory.run(this.#root, path);
  }

  #transaction<T>(work: () => T): T {
    return transaction(this.#database, work);
  }
}

function prepare(database: Database) {
  const begunRow = 'temp IS NOT NULL OR next_path IS NOT NULL';
  return {
    count: new Query<{ count: number }>(
      database,
      'SELECT count(*) AS count FROM strm_file WHERE root = ? AND hash IS NOT NULL',
    ),
    byKey: new Query<OwnedFile>(database, `SELECT ${COLUMNS} FROM strm_file WHERE key = ?`),
    byFile: new Query<OwnedFile>(database, `SELECT ${COLUMNS} FROM strm_file WHERE root = ? AND file_id = ?`),
    byPath: new Query<OwnedFile>(
      database,
      `SELECT ${COLUMNS} FROM strm_file WHERE root = ? AND path_key = ?`,
    ),
    inFolder: new Query<OwnedFile>(
      database,
      `SELECT ${COLUMNS} FROM strm_file WHERE root = ? AND folder_id = ?`,
    ),
    folderIds: new Query<{ id: number }>(
      database,
      'SELECT DISTINCT folder_id AS id FROM strm_file WHERE root = ?',
    ),
    begun: new Query<BegunFile>(database, `SELECT ${BEGUN} FROM strm_file WHERE root = ? AND (${begunRow})`),
    insert: new Query(
      database,
      `INSERT INTO strm_file (root, path, path_key, place, kind, file_id, folder_id, source, temp, next_source, next_hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)`,
    ),
    beginWrite: new Query(
      database,
      `UPDATE strm_file SET place = ?, kind = ?, file_id = ?, folder_id = ?, temp = ?, next_source = ?, next_hash = ?
       WHERE key = ?`,
    ),
    fetched: new Query(database, 'UPDATE strm_file SET next_hash = ? WHERE key = ?'),
    confirmWrite: new Query(
      database,
      `UPDATE strm_file SET source = next_source, hash = next_hash, temp = NULL, next_source = NULL, next_hash = NULL
       WHERE key = ?`,
    ),
    dropUnwritten: new Query(database, 'DELETE FROM strm_file WHERE key = ? AND hash IS NULL'),
    abandonWrite: new Query(
      database,
      'UPDATE strm_file SET temp = NULL, next_source = NULL, next_hash = NULL WHERE key = ?',
    ),
    restate: new Query(database, 'UPDATE strm_file SET place = ?, folder_id = ? WHERE key = ?'),
    beginRename: new Query(database, 'UPDATE strm_file SET next_path = ? WHERE key = ?'),
    confirmRename: new Query(
      database,
      `UPDATE strm_file SET path = ?, path_key = ?, place = ?, folder_id = ?, next_path = NULL WHERE key = ?`,
    ),
    abandonRename: new Query(database, 'UPDATE strm_file SET next_path = NULL WHERE key = ?'),
    forget: new Query(database, 'DELETE FROM strm_file WHERE key = ?'),
    enterDirectory: new Query(database, 'INSERT OR IGNORE INTO strm_directory (root, path) VALUES (?, ?)'),
    directory: new Query<{ path: string }>(
      database,
      'SELECT path FROM strm_directory WHERE root = ? AND path = ?',
    ),
    forgetDirectory: new Query(database, 'DELETE FROM strm_directory WHERE root = ? AND path = ?'),
  };
}
