import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import { contentTypeOf } from './media-kind.ts';

/**
 * What reading needs of a row of `entry`, joined with the folder's listing time, as one text of JSON: the binding takes
 * three times as long to hand over the values one by one.
 */
export type EntryValues = readonly [
  key: number,
  parentId: number | null,
  folderId: number | null,
  fileId: string | null,
  name: string,
  sortKey: string,
  remoteName: string | null,
  modifiedAt: number,
  url: string | null,
  size: number | null,
  /** Lower-case hex. */
  checksum: string | null,
  remoteType: string | null,
  listedAt: number | null,
];

const VALUES = `json_array(key, parent_id, folder_id, file_id, name, sort_key, remote_name, modified_at, url, size,
  nullif(lower(hex(checksum)), ''), remote_type, listed_at)`;

/** One entry as JSON of `EntryValues`; to be completed by a condition. */
export const SELECT_ENTRY = `SELECT ${VALUES} AS json FROM entry LEFT JOIN listing USING (folder_id)`;

/** The folders that meet a condition, as one JSON array of `EntryValues` in the order of the condition. */
export function selectFolders(condition: string): string {
  return `SELECT json_group_array(${VALUES}) AS json FROM
    (SELECT entry.*, listed_at FROM entry LEFT JOIN listing USING (folder_id) WHERE is_file = 0 AND ${condition})`;
}

/** As `selectFolders`, for files, which have no listing. */
export function selectFiles(condition: string): string {
  return `SELECT json_group_array(${VALUES}) AS json FROM
    (SELECT *, NULL AS listed_at FROM entry WHERE is_file = 1 AND ${condition})`;
}

/** A row of the queries above. */
export interface JsonRow {
  readonly json: string;
}

export function readEntry({ json }: JsonRow): Entry {
  return toEntry(JSON.parse(json) as EntryValues);
}

export function toEntry(values: EntryValues): Entry {
  return values[3] === null ? toFolder(values) : toFile(values, values[3]);
}

function toFolder(values: EntryValues): FolderEntry {
  const [, parentId, folderId, , name, , remoteName, modifiedAt] = values;
  return {
    kind: 'folder',
    id: folderId ?? 0,
    parentId,
    name,
    remoteName: remoteName ?? name,
    modifiedAt,
    listedAt: values[12],
  };
}

function toFile(values: EntryValues, id: string): FileEntry {
  const [, parentId, , , name, , remoteName, modifiedAt, url, storedSize, checksum, remoteType] = values;
  const size = storedSize ?? 0;
  return {
    kind: 'file',
    id,
    parentId: parentId ?? 0,
    name,
    remoteName: remoteName ?? name,
    url: url ?? '',
    size,
    version: checksum === null ? size.toString(36) : `${size.toString(36)}-${checksum.slice(0, 16)}`,
    modifiedAt,
    checksum,
    contentType: contentTypeOf(name, remoteType),
  };
}
