/** What the bridge's JSON API answers; test/web/api-types.test.ts holds these to the schemas of the routes. */
export type MediaKind = 'video' | 'audio' | 'image' | 'subtitle' | 'other';

export interface FileEntry {
  readonly kind: 'file';
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** ISO 8601, UTC. */
  readonly modified: string;
  readonly contentType: string;
  readonly media: MediaKind;
  readonly checksum: string | null;
  /** Address of the bytes from the root of the bridge; signed when a token is set. */
  readonly stream: string;
  readonly link: string;
}

export interface FolderEntry {
  readonly kind: 'folder';
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly modified: string;
  readonly listed: string | null;
  readonly address: string;
}

export type Entry = FileEntry | FolderEntry;

export interface Listing {
  readonly folder: FolderEntry;
  readonly contents: { readonly folders: number; readonly files: number; readonly bytes: number };
  readonly entries: readonly Entry[];
  readonly nextOffset: number | null;
}

export interface Session {
  readonly tokenNeeded: boolean;
  readonly signedIn: boolean;
}
