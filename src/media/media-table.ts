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
    // What was only known to be HDR is looked into again; \`change\` counts what was saved, so that readers can go on.
    `DELETE FROM media WHERE instr(info, '"hdr":true');
     UPDATE media SET info = replace(info, '"hdr":false', '"hdr":null') WHERE instr(info, '"hdr":false');
     UPDATE media_state SET value = 0 WHERE name = 'scan-cursor';
     ALTER TABLE media ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
     CREATE INDEX media_by_change ON media (change);`,
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

/** What has been learned since a cursor that an earlier answer gave; -1 is the beginning. */
interface MediaNews {
  /** Pass it to the next call. */
  readonly cursor: number;
  readonly fileIds: readonly string[];
}

/** The catalogue's table of media information. A file that was replaced has none until it is probed again. */
export class MediaTable {
  readonly #find: Query<MediaRow>;
  readonly #save: Query;
  readonly #remove: Query;
  readonly #learned: Query<{ fileId: string }>;
  readonly #countChange: Query;
  readonly #readState: Query<{ value: number }>;
  readonly #writeState: Query;
  readonly #listeners = new Set<() => void>();

  constructor(database: Database) {
    this.#find = new Query(
      database,
      'SELECT info, failure, reason FROM media WHERE file_id = ? AND version = ?',
    );
    this.#save = new Query(
      database,
      `INSERT OR REPLACE INTO media (file_id, version, info, failure, reason, change)
       VALUES (?, ?, ?, ?, ?, (SELECT value FROM media_state WHERE name = 'changes'))`,
    );
    this.#remove = new Query(database, 'DELETE FROM media WHERE file_id = ?');
    this.#learned = new Query(
      database,
      'SELECT file_id AS fileId FROM media WHERE change > ? AND info IS NOT NULL',
    );
    this.#countChange = new Query(
      database,
      `INSERT INTO media_state (name, value) VALUES ('changes', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1`,
    );
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
    this.#countChange.run();
    if ('info' in record) this.#save.run(id, version, JSON.stringify(record.info), null, null);
    else this.#save.run(id, version, null, record.failure.kind, record.failure.message);
    for (const listener of this.#listeners) listener();
  }

  /** The files of which more is known than before; those removed since are not told. */
  newsSince(cursor: number): MediaNews {
    return {
      cursor: this.#readState.get('changes')?.value ?? 0,
      fileIds: this.#learned.all(cursor).map(({ fileId }) => fileId),
    };
  }

  /** Calls `listener` after each file that was looked into; the returned function ends that. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
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
