import type { Schema } from '../store/database.ts';

/**
 * `entry` holds folders and files together, since they share one namespace: the unique index over
 * (parent_id, name_key) is what makes every path unique. Times are ms since the epoch.
 *
 * - remote_name is null where it equals name, remote_type where the extension says the same.
 * - gone_after: the last complete listing lacked the entry; a complete listing taken later than this removes it.
 * - denied_at: when 1fichier last said, asked for a link, that there is no such file.
 * - settles_at: the bridge wrote the entry itself; until then listings, which lag, do not speak about it.
 * - changed_seq: place in the change log of the last change of bytes, name or parent.
 */
export const catalogueSchema: Schema = {
  module: 'catalogue',
  migrations: [
    `
    CREATE TABLE entry (
      key INTEGER PRIMARY KEY,
      parent_id INTEGER,
      is_file INTEGER NOT NULL,
      folder_id INTEGER,
      file_id TEXT,
      name TEXT NOT NULL,
      name_key TEXT NOT NULL,
      sort_key TEXT NOT NULL,
      remote_name TEXT,
      modified_at INTEGER NOT NULL,
      changed_seq INTEGER NOT NULL,
      gone_after INTEGER,
      settles_at INTEGER,
      url TEXT,
      size INTEGER,
      checksum BLOB,
      remote_type TEXT
    ) STRICT;
    CREATE UNIQUE INDEX entry_by_name ON entry (parent_id, name_key);
    CREATE INDEX entry_in_order ON entry (parent_id, is_file, sort_key);
    CREATE UNIQUE INDEX entry_by_folder ON entry (folder_id) WHERE folder_id IS NOT NULL;
    CREATE UNIQUE INDEX entry_by_file ON entry (file_id) WHERE file_id IS NOT NULL;
    CREATE INDEX entry_by_change ON entry (is_file, changed_seq);
    CREATE INDEX entry_missing ON entry (parent_id, gone_after) WHERE gone_after IS NOT NULL;

    CREATE TABLE listing (
      folder_id INTEGER PRIMARY KEY,
      due_at INTEGER NOT NULL,
      looked_at INTEGER,
      listed_at INTEGER,
      changed_at INTEGER,
      failures INTEGER NOT NULL DEFAULT 0,
      error TEXT,
      at_cap INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX listing_by_due ON listing (due_at);

    CREATE TABLE withheld (identity TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT;
    CREATE TABLE removal (seq INTEGER PRIMARY KEY, file_id TEXT NOT NULL) STRICT;
    CREATE TABLE catalogue_state (name TEXT PRIMARY KEY, value INTEGER) STRICT;

    CREATE TABLE resolved_root (setting TEXT PRIMARY KEY, folder_id INTEGER NOT NULL) STRICT;

    CREATE TABLE tally (files INTEGER NOT NULL) STRICT;
    INSERT INTO tally VALUES (0);
    CREATE TRIGGER file_added AFTER INSERT ON entry WHEN new.is_file = 1
      BEGIN UPDATE tally SET files = files + 1; END;
    CREATE TRIGGER file_removed AFTER DELETE ON entry WHEN old.is_file = 1
      BEGIN UPDATE tally SET files = files - 1; END;

    CREATE VIRTUAL TABLE entry_words USING fts5 (name, kind, content='', contentless_delete=1, detail=column,
      prefix='1 2 3', tokenize="unicode61 remove_diacritics 2");
    CREATE VIRTUAL TABLE entry_fragments USING fts5 (name, content='', contentless_delete=1, detail=none,
      tokenize="trigram remove_diacritics 1");
    `,
    // A trigger makes SQLite keep an undo journal for each single row; the writer counts once a listing instead.
    'DROP TRIGGER file_added; DROP TRIGGER file_removed',
    'ALTER TABLE entry ADD COLUMN denied_at INTEGER',
  ],
};
