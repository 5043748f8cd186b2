import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import { contentTypeOf } from './media-kind.ts';

/** What reading needs of a row of `entry`, joined with the folder's listing time. */
export interface EntryRow {
  readonly key: number;
  readonly parent_id: number | null;
  readonly folder_id: number | null;
  readonly file_id: string | null;
  readonly name: string;
  readonly sort_key: string;
  readonly remote_name: string | null;
  readonly modified_at: number;
  readonly url: string | null;
  readonly size: number | null;
  /** Lower-case hex. */
  readonly checksum: string | null;
  readonly remote_type: string | null;
  readonly listed_at: number | null;
}

/** The checksum as text: the binding takes three times as long to hand over a blob. */
const COLUMNS = `entry.key, parent_id, entry.folder_id, file_id, name, sort_key, remote_name,
  modified_at, url, size, nullif(lower(hex(checksum)), '') AS checksum, remote_type`;

export const SELECT_ENTRY = `SELECT ${COLUMNS}, listed_at
  FROM entry LEFT JOIN listing ON listing.folder_id = entry.folder_id`;

/** The same where only files are asked for, which have no listing. */
export const SELECT_FILE = `SELECT ${COLUMNS}, NULL AS listed_at FROM entry`;

export function toEntry(row: EntryRow): Entry {
  return row.file_id === null ? toFolder(row) : toFile(row, row.file_id);
}

function toFolder(row: EntryRow): FolderEntry {
  return {
    kind: 'folder',
    id: row.folder_id ?? 0,
    parentId: row.parent_id,
    name: row.name,
    remoteName: row.remote_name ?? row.name,
    modifiedAt: row.modified_at,
    listedAt: row.listed_at,
  };
}

function toFile(row: EntryRow, id: string): FileEntry {
  const { checksum } = row;
  const size = row.size ?? 0;
  return {
    kind: 'file',
    id,
    parentId: row.parent_id ?? 0,
    name: row.name,
    remoteName: row.remote_name ?? row.name,
    url: row.url ?? '',
    size,
    version: checksum === null ? size.toString(36) : `${size.toString(36)}-${checksum.slice(0, 16)}`,
    modifiedAt: row.modified_at,
    checksum,
    contentType: contentTypeOf(row.name, row.remote_type),
  };
}
