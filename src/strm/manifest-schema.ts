import type { Schema } from '../store/database.ts';

/**
 * What the bridge has written below each root, and is about to write. Hashes are SHA-256 in hexadecimal.
 *
 * strm_root
 * - marker: what the file `.fichier-bridge` in the root holds; it tells a root from an empty mount point.
 * - cursor: place in the library's change log up to which its changes are in `strm_due`; null: none was read yet.
 * - described: place in what was learned of the insides of films, likewise.
 * - rules: names the rules that the files were made by; other rules mean that everything is compared.
 * - unsure_since: ms since the epoch from which a file that the library lacks may only not have been found yet.
 * - held_since: ms since the epoch at which so much seemed gone that it was kept; null: nothing is kept.
 *
 * strm_file
 * - place: where the rules want it, before a number was added to tell it from another.
 * - source: what its bytes are made from; another source means other bytes.
 * - hash: of the bytes that were written; null: nothing was yet.
 * - temp, next_source, next_hash: a write that was begun. next_path: a rename that was begun.
 *
 * strm_removal counts the files that were removed without a person's word; at: ms since the epoch.
 *
 * strm_due holds folders whose files have to be compared; one leaves when its files are as they should be.
 */
export const strmSchema: Schema = {
  module: 'strm',
  migrations: [
    `
    CREATE TABLE strm_root (
      key INTEGER PRIMARY KEY,
      directory TEXT NOT NULL UNIQUE,
      marker TEXT NOT NULL,
      cursor INTEGER,
      rules TEXT,
      unsure_since INTEGER
    ) STRICT;

    CREATE TABLE strm_file (
      key INTEGER PRIMARY KEY,
      root INTEGER NOT NULL,
      path TEXT NOT NULL,
      path_key TEXT NOT NULL,
      place TEXT NOT NULL,
      kind TEXT NOT NULL,
      file_id TEXT NOT NULL,
      folder_id INTEGER NOT NULL,
      source TEXT NOT NULL,
      hash TEXT,
      temp TEXT,
      next_source TEXT,
      next_hash TEXT,
      next_path TEXT
    ) STRICT;
    CREATE UNIQUE INDEX strm_file_by_path ON strm_file (root, path_key);
    CREATE UNIQUE INDEX strm_file_by_id ON strm_file (root, file_id, kind);
    CREATE INDEX strm_file_by_folder ON strm_file (root, folder_id);
    CREATE INDEX strm_file_begun ON strm_file (root) WHERE temp IS NOT NULL OR next_path IS NOT NULL;

    CREATE TABLE strm_directory (root INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (root, path)) WITHOUT ROWID, STRICT;
    CREATE TABLE strm_due (root INTEGER NOT NULL, folder_id INTEGER NOT NULL, PRIMARY KEY (root, folder_id)) WITHOUT ROWID, STRICT;
    CREATE TABLE strm_run (key INTEGER PRIMARY KEY AUTOINCREMENT, root TEXT NOT NULL, report TEXT NOT NULL) STRICT;
    `,
    `
    ALTER TABLE strm_root ADD COLUMN described INTEGER;
    ALTER TABLE strm_root ADD COLUMN held_since INTEGER;
    CREATE TABLE strm_removal (root INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;
    `,
  ],
};
