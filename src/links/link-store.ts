import type { Database, Schema } from '../store/database.ts';
import type { DirectLink } from './link.ts';

/** What is known of the direct links of one file. Times in ms since the epoch. */
export interface LinkRecord {
  /** Null once refused. */
  readonly link: DirectLink | null;
  /** When the storage host first and last served bytes for `link`. */
  readonly firstUsedAt: number | null;
  readonly lastUsedAt: number | null;
  /** Links refused in a row without having served a byte. */
  readonly refusals: number;
}

export const LINK_SCHEMA: Schema = {
  module: 'links',
  migrations: [
    `CREATE TABLE links (
       file_url TEXT PRIMARY KEY,
       address TEXT,
       minted INTEGER NOT NULL,
       first_used INTEGER,
       last_used INTEGER,
       refused INTEGER NOT NULL
     ) WITHOUT ROWID;
     CREATE INDEX links_by_age ON links (minted);`,
  ],
};

interface LinkRow {
  readonly address: string | null;
  readonly minted: number;
  readonly first_used: number | null;
  readonly last_used: number | null;
  readonly refused: number;
}

/** Direct links on disk, so that a restart costs no API call. They are secrets: the data directory is its owner's. */
export class LinkStore {
  readonly #find;
  readonly #save;
  readonly #prune;

  constructor(database: Database) {
    this.#find = database.prepare('SELECT * FROM links WHERE file_url = ?');
    this.#save = database.prepare(
      `INSERT OR REPLACE INTO links (file_url, address, minted, first_used, last_used, refused)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#prune = database.prepare('DELETE FROM links WHERE minted < ?');
  }

  find(fileUrl: string): LinkRecord | null {
    const row = this.#find.get(fileUrl) as LinkRow | undefined;
    if (row === undefined) return null;
    return {
      link: row.address === null ? null : { address: row.address, mintedAt: row.minted },
      firstUsedAt: row.first_used,
      lastUsedAt: row.last_used,
      refusals: row.refused,
    };
  }

  /** `now` dates the record of a file that has no link. */
  save(fileUrl: string, record: LinkRecord, now: number): void {
    const { link, firstUsedAt, lastUsedAt, refusals } = record;
    this.#save.run(fileUrl, link?.address ?? null, link?.mintedAt ?? now, firstUsedAt, lastUsedAt, refusals);
  }

  removeOlderThan(moment: number): void {
    this.#prune.run(moment);
  }
}
