import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { ChangeLog } from './change-log.ts';
import { contentTypeOf, mediaKindOf } from './media-kind.ts';
import { collisionKey, distinctName, safeName } from './names.ts';
import { foldForSearch, naturalSortKey } from './natural-order.ts';
import type { RemoteItem } from './remote-item.ts';

/** What writing needs to know of an entry that is already there. */
export interface KnownEntry {
  readonly key: number;
  readonly parent_id: number | null;
  readonly is_file: 0 | 1;
  readonly folder_id: number | null;
  readonly file_id: string | null;
  readonly name: string;
  readonly name_key: string;
  readonly remote_name: string | null;
  readonly size: number | null;
  readonly checksum: Uint8Array | null;
  readonly gone_after: number | null;
  readonly denied_at: number | null;
  readonly settles_at: number | null;
}

/** An entry that needs a name in a folder: new there, renamed, or yielding its name. */
export interface Placement {
  readonly remoteName: string;
  readonly known: KnownEntry | undefined;
  /** Null for an entry that only yields its name. */
  readonly item: RemoteItem | null;
  readonly settlesAt: number | null;
}

/** Where and under what name an entry is put, and by which change. */
interface Place {
  readonly folderId: number;
  readonly name: string;
  readonly nameKey: string;
  readonly seq: number;
}

const SELECT_KNOWN = `SELECT key, parent_id, is_file, folder_id, file_id, name, name_key, remote_name, size,
  checksum, gone_after, denied_at, settles_at FROM entry`;

/** The writing side of the entries and of their search index. Call its methods within a transaction. */
export class EntryTable {
  readonly #changes: ChangeLog;
  readonly #inFolder: Query<KnownEntry>;
  readonly #byFolder: Query<KnownEntry>;
  readonly #byFile: Query<KnownEntry>;
  readonly #nameKeys: Query<{ name_key: string }>;
  readonly #insert: Query;
  readonly #vacate: Query;
  readonly #rename: Query;
  readonly #updateBytes: Query;
  readonly #markGone: Query;
  readonly #markDenied: Query;
  readonly #delete: Query;
  readonly #countFiles: Query;
  readonly #planListing: Query;
  readonly #dropListing: Query;
  readonly #indexWords: Query;
  readonly #indexFragments: Query;
  readonly #unindexWords: Query;
  readonly #unindexFragments: Query;

  constructor(database: Database, changes: ChangeLog) {
    this.#changes = changes;
    this.#inFolder = new Query(database, `${SELECT_KNOWN} WHERE parent_id = ?`);
    this.#byFolder = new Query(database, `${SELECT_KNOWN} WHERE folder_id = ?`);
    this.#byFile = new Query(database, `${SELECT_KNOWN} WHERE file_id = ?`);
    this.#nameKeys = new Query(database, 'SELECT name_key FROM entry WHERE parent_id = ?');
    this.#insert = new Query(
      database,
      `INSERT INTO entry (parent_id, is_file, folder_id, file_id, name, name_key, sort_key, remote_name,
         modified_at, changed_seq, settles_at, url, size, checksum, remote_type)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#vacate = new Query(database, `UPDATE entry SET name_key = char(1) || key WHERE key = ?`);
    this.#rename = new Query(
      database,
      `UPDATE entry SET parent_id = ?, name = ?, name_key = ?, sort_key = ?, remote_name = ?, changed_seq = ?,
         settles_at = coalesce(?, settles_at) WHERE key = ?`,
    );
    this.#updateBytes = new Query(
      database,
      `UPDATE entry SET size = ?, checksum = coalesce(?, checksum), modified_at = coalesce(?, modified_at),
         url = ?, gone_after = NULL, changed_seq = coalesce(?, changed_seq) WHERE key = ?`,
    );
    this.#markGone = new Query(database, 'UPDATE entry SET gone_after = ? WHERE key = ?');
    this.#markDenied = new Query(database, 'UPDATE entry SET denied_at = ? WHERE file_id = ?');
    this.#delete = new Query(database, 'DELETE FROM entry WHERE key = ?');
    this.#countFiles = new Query(database, 'UPDATE tally SET files = files + ?');
    this.#planListing = new Query(
      database,
      'INSERT OR IGNORE INTO listing (folder_id, due_at) VALUES (?, ?)',
    );
    this.#dropListing = new Query(database, 'DELETE FROM listing WHERE folder_id = ?');
    this.#indexWords = new Query(database, 'INSERT INTO entry_words (rowid, name, kind) VALUES (?, ?, ?)');
    this.#indexFragments = new Query(database, 'INSERT INTO entry_fragments (rowid, name) VALUES (?, ?)');
    this.#unindexWords = new Query(database, 'DELETE FROM entry_words WHERE rowid = ?');
    this.#unindexFragments = new Query(database, 'DELETE FROM entry_fragments WHERE rowid = ?');
  }

  inFolder(folderId: number): KnownEntry[] {
    return this.#inFolder.all(folderId);
  }

  find(item: Pick<RemoteItem, 'folderId' | 'fileId'>): KnownEntry | undefined {
    return item.fileId === null ? this.#byFolder.get(item.folderId) : this.#byFile.get(item.fileId);
  }

  /**
   * Gives names to all of `placements` in a folder, in their order, and writes them. Names of entries that are
   * not among them stay as they are.
   */
  place(folderId: number, placements: readonly Placement[], now: number): void {
    if (placements.length === 0) return;
    const seq = this.#changes.next();
    // Names may be swapped among the placed, and each pair of (folder, name) is unique at any moment.
    for (const { known } of placements) if (known !== undefined) this.#vacate.run(known.key);
    const taken = new Set(this.#nameKeys.all(folderId).map((row) => row.name_key));
    let newFiles = 0;
    for (const placement of placements) {
      const name = distinctName(safeName(placement.remoteName), (key) => taken.has(key));
      const nameKey = collisionKey(name);
      taken.add(nameKey);
      if (placement.known !== undefined) {
        this.#update(placement.known, placement, { folderId, name, nameKey, seq });
      } else if (placement.item !== null) {
        this.#add(placement.item, placement, { folderId, name, nameKey, seq }, now);
        newFiles += placement.item.isFile;
      }
    }
    if (newFiles > 0) this.#countFiles.run(newFiles);
  }

  #update(known: KnownEntry, { item, remoteName, settlesAt }: Placement, place: Place): void {
    const { folderId, name, nameKey, seq } = place;
    this.#rename.run(
      ...[folderId, name, nameKey, naturalSortKey(name), storedRemoteName(remoteName, name)],
      ...[seq, settlesAt, known.key],
    );
    if (item !== null) this.updateBytes(known, item);
    if (known.name === name) return;
    this.#unindex(known.key);
    this.#index(known.key, name, known.is_file);
  }

  #add(item: RemoteItem, { remoteName, settlesAt }: Placement, place: Place, now: number): void {
    const { folderId, name, nameKey, seq } = place;
    const key = this.#insert.insert(
      ...[folderId, item.isFile, item.folderId, item.fileId, name, nameKey, naturalSortKey(name)],
      ...[storedRemoteName(remoteName, name), item.modifiedAt ?? now, seq, settlesAt],
      ...[item.url, item.size, item.checksum, item.remoteType],
    );
    if (item.folderId !== null) this.#planListing.run(item.folderId, now);
    this.#index(key, name, item.isFile);
  }

  #index(key: number, name: string, isFile: 0 | 1): void {
    const kind = isFile === 1 ? mediaKindOf(name, contentTypeOf(name, null)) : 'folder';
    const folded = foldForSearch(name);
    this.#indexWords.run(key, folded, kind);
    this.#indexFragments.run(key, folded);
  }

  #unindex(key: number): void {
    this.#unindexWords.run(key);
    this.#unindexFragments.run(key);
  }

  /** Takes over what a listing says of an entry beside its name. Says whether its bytes are different now. */
  updateBytes(known: KnownEntry, item: RemoteItem): boolean {
    const differs = bytesDiffer(known, item);
    if (!differs && known.gone_after === null) return false;
    const seq = differs ? this.#changes.next() : null;
    this.#updateBytes.run(item.size, item.checksum, item.modifiedAt, item.url, seq, known.key);
    return differs;
  }

  markGone(known: KnownEntry, goneAfter: number): void {
    this.#markGone.run(goneAfter, known.key);
  }

  markDenied(fileId: string, at: number): void {
    this.#markDenied.run(at, fileId);
  }

  /** Removes an entry with all that is below it; every file goes into the change log. */
  remove(known: KnownEntry): void {
    const doomed = [known];
    let files = 0;
    for (let entry = doomed.pop(); entry !== undefined; entry = doomed.pop()) {
      if (entry.folder_id !== null) {
        doomed.push(...this.inFolder(entry.folder_id));
        this.#dropListing.run(entry.folder_id);
      }
      if (entry.file_id !== null) this.#changes.recordRemoval(entry.file_id);
      this.#unindex(entry.key);
      this.#delete.run(entry.key);
      files += entry.is_file;
    }
    if (files > 0) this.#countFiles.run(-files);
  }
}

/** Null where the name is the remote one: most are, and need not be kept twice. */
function storedRemoteName(remoteName: string, name: string): string | null {
  return remoteName === name ? null : remoteName.replace(/\p{Surrogate}/gu, '\ufffd');
}

function bytesDiffer(known: KnownEntry, item: RemoteItem): boolean {
  if (known.size !== item.size) return true;
  return item.checksum !== null && (known.checksum === null || !item.checksum.equals(known.checksum));
}
