import { BridgeError, isFailureKind, type FailureKind } from '../errors.ts';
import type { Content } from '../streaming/content.ts';
import type { Database, Schema } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { MediaInfo } from './media-info.ts';
import { mediaInfoSchema } from './media-info-schema.ts';

export const mediaSchema: Schema = {
  module: 'media',
  migrations: [
    `CREATE TABLE media (
       file_id TEXT PRIMARY KEY,
       version TEXT NOT NULL,
       info TEXT,
       failure TEXT,
       reason TEXT
     ) WITHOUT ROWID;
     CREATE TABLE media_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`,
  ],
};

/** What one version of a file is known to hold, or why that cannot be known. */
export type MediaRecord = { readonly info: MediaInfo } | { readonly failure: BridgeError };

interface MediaRow {
  readonly info: string | null;
  readonly failure: string | null;
  readonly reason: string | null;
}

type File = Pick<Content, 'id' | 'version'>;

/** The catalogue's table of media information. A file that was replaced has none until it is probed again. */
export class MediaTable {
  readonly #find: Query<MediaRow>;
  readonly #save: Query;
  readonly #remove: Query;
  readonly #readState: Query<{ value: number }>;
  readonly #writeState: Query;

  constructor(database: Database) {
    this.#find = new Query(
      database,
      'SELECT info, failure, reason FROM media WHERE file_id = ? AND version = ?',
    );
    this.#save = new Query(
      database,
      'INSERT OR REPLACE INTO media (file_id, version, info, failure, reason) VALUES (?, ?, ?, ?, ?)',
    );
    this.#remove = new Query(database, 'DELETE FROM media WHERE file_id = ?');
    this.#readState = new Query(database, 'SELECT value FROM media_state WHERE name = ?');
    this.#writeState = new Query(database, 'INSERT OR REPLACE INTO media_state (name, value) VALUES (?, ?)');
  }

  /** Null: this version was not probed yet. */
  find({ id, version }: File): MediaRecord | null {
    const row = this.#find.get(id, version);
    if (row === undefined) return null;
    if (row.info !== null) {
      const info = storedInfo(row.info);
      return info === null ? null : { info };
    }
    const kind: FailureKind =
      row.failure !== null && isFailureKind(row.failure) ? row.failure : 'media-unreadable';
    return { failure: new BridgeError(kind, row.reason ?? 'the file cannot be read as media') };
  }

  save({ id, version }: File, record: MediaRecord): void {
    if ('info' in record) this.#save.run(id, version, JSON.stringify(record.info), null, null);
    else this.#save.run(id, version, null, record.failure.kind, record.failure.message);
  }

  remove(fileId: string): void {
    this.#remove.run(fileId);
  }

  /** Up to which change of the library the background scan has come. */
  get scanCursor(): number {
    return this.#readState.get('scan-cursor')?.value ?? 0;
  }

  set scanCursor(cursor: number) {
    this.#writeState.run('scan-cursor', cursor);
  }
}

/** Null: written by a version of this program that knew other fields. */
function storedInfo(text: string): MediaInfo | null {
  return mediaInfoSchema.safeParse(JSON.parse(text)).data ?? null;
}
