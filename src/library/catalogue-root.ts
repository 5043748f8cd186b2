import { transaction } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';

const TABLES = ['entry', 'listing', 'withheld', 'removal', 'entry_words', 'entry_fragments'] as const;

/**
 * Makes the catalogue that of one remote folder. Another root than before means another library: the mirror
 * starts empty, and the change log tells its readers to compare everything.
 */
export function prepareRoot(database: Database, rootId: number, now: number): void {
  transaction(database, () => {
    const root = new Query<{ folder_id: number }>(
      database,
      'SELECT folder_id FROM entry WHERE parent_id IS NULL',
    ).get();
    if (root?.folder_id === rootId) return;
    for (const table of TABLES) database.exec(`DELETE FROM ${table}`);
    // Numbered by the clock, so that a cursor from before a rebuilt catalogue is known to be too old.
    new Query(
      database,
      `INSERT OR REPLACE INTO catalogue_state (name, value) VALUES ('seq', ?), ('floor', ?)`,
    ).run(now, now);
    new Query(
      database,
      `INSERT INTO entry (is_file, folder_id, name, name_key, sort_key, modified_at, changed_seq)
       VALUES (0, ?, '', '', '', ?, ?)`,
    ).run(rootId, now, now);
    new Query(database, 'INSERT INTO listing (folder_id, due_at) VALUES (?, ?)').run(rootId, now);
  });
}
