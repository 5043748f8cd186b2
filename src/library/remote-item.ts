import { Buffer } from 'node:buffer';
import type { FolderListing, RemoteFile, RemoteFolder } from '../fichier/api.ts';
import { fileIdOf } from './file-id.ts';

/** A folder or file as 1fichier shows it, in the form in which the mirror compares it. */
export interface RemoteItem {
  /** What names it across renames and moves. */
  readonly identity: string;
  readonly isFile: 0 | 1;
  readonly folderId: number | null;
  readonly fileId: string | null;
  readonly remoteName: string;
  readonly modifiedAt: number | null;
  readonly url: string | null;
  readonly size: number | null;
  readonly checksum: Buffer | null;
  readonly remoteType: string | null;
}

export function folderItem(folder: RemoteFolder): RemoteItem {
  return {
    identity: folderIdentity(folder.id),
    isFile: 0,
    folderId: folder.id,
    fileId: null,
    remoteName: folder.name,
    modifiedAt: folder.createdAt,
    url: null,
    size: null,
    checksum: null,
    remoteType: null,
  };
}

export function fileItem(file: RemoteFile): RemoteItem {
  const fileId = fileIdOf(file.url);
  return {
    identity: fileIdentity(fileId),
    isFile: 1,
    folderId: null,
    fileId,
    remoteName: file.filename,
    modifiedAt: file.uploadedAt,
    url: file.url,
    size: file.size,
    checksum: file.checksum === null ? null : Buffer.from(file.checksum, 'hex'),
    remoteType: file.contentType,
  };
}

/** Folders first, each kind by remote id, each once: the order in which new names are given out. */
export function itemsOf(listing: FolderListing): RemoteItem[] {
  const folders = [...listing.folders].sort((a, b) => a.id - b.id).map(folderItem);
  const files = [...listing.files].sort((a, b) => (a.url < b.url ? -1 : 1)).map(fileItem);
  return [...new Map([...folders, ...files].map((item) => [item.identity, item])).values()];
}

export function folderIdentity(id: number): string {
  return `d${id}`;
}

export function fileIdentity(id: string): string {
  return `f${id}`;
}
