import type { FolderListing, RemoteFile, RemoteFolder } from '../../src/fichier/api.ts';
import { prepareRoot } from '../../src/library/catalogue-root.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { Catalogue } from '../../src/library/catalogue.ts';
import { ChangeLog } from '../../src/library/change-log.ts';
import { EntryTable } from '../../src/library/entry-table.ts';
import { Mirror } from '../../src/library/mirror.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database } from '../../src/store/database.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 8, 1, 10, 0, 0);

export function remoteFile(linkId: string, filename: string, size = 1000): RemoteFile {
  return {
    url: `https://1fichier.com/?${linkId.padEnd(20, 'x')}`,
    filename,
    size,
    uploadedAt: START - 86_400_000,
    checksum: size.toString(16).padStart(128, '0'),
    contentType: null,
  };
}

export function remoteFolder(id: number, name: string): RemoteFolder {
  return { id, name, createdAt: START - 86_400_000 };
}

export function listingOf(
  id: number,
  folders: readonly RemoteFolder[],
  files: readonly RemoteFile[],
  flaw: FolderListing['flaw'] = null,
): FolderListing {
  return { folder: remoteFolder(id, 'Listed'), folders, files, complete: flaw === null, flaw };
}

export interface OpenMirror {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly changes: ChangeLog;
  readonly entries: EntryTable;
  readonly mirror: Mirror;
}

export function openMirror(path = ':memory:'): OpenMirror {
  const database = openDatabase(path, [catalogueSchema]);
  prepareRoot(database, 0, START);
  const changes = new ChangeLog(database);
  const entries = new EntryTable(database, changes);
  const mirror = new Mirror(database, 0, entries, {
    confirmGoneAfterMs: 5 * MINUTE,
    confirmShrunkenAfterMs: 30 * MINUTE,
  });
  return { database, catalogue: new Catalogue(database, 0), changes, entries, mirror };
}

/** Paths of all files, in the order in which they are walked. */
export function filePaths(catalogue: Catalogue): string[] {
  return [...catalogue.filesBelow(0)].map((found) => found.path);
}
