/** What the library serves: plain values, safe to hold on to. */
export interface FileEntry {
  readonly kind: 'file';
  /** 20 base32 characters, derived from the 1fichier link: rename and move keep it. */
  readonly id: string;
  readonly parentId: number;
  /** Safe, unique among its siblings, stable. */
  readonly name: string;
  readonly remoteName: string;
  /** 1fichier page address. */
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  /** Names these very bytes: another size or checksum is another version. Safe in file names and entity tags. */
  readonly version: string;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  /** Whirlpool, 128 lower-case hex digits. */
  readonly checksum: string | null;
  /** Media type, from the extension first, from 1fichier second. */
  readonly contentType: string;
}

export interface FolderEntry {
  readonly kind: 'folder';
  /** 1fichier folder id; the id of the mirror's root for the root. */
  readonly id: number;
  readonly parentId: number | null;
  readonly name: string;
  readonly remoteName: string;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  /** When its listing was last read in full (ms since the epoch); null: not yet. */
  readonly listedAt: number | null;
}

export type Entry = FileEntry | FolderEntry;

/** Strong validator (RFC 9110 section 8.8.3) of a file's bytes. */
export function entityTag(file: Pick<FileEntry, 'id' | 'version'>): string {
  return `"${file.id}-${file.version}"`;
}
