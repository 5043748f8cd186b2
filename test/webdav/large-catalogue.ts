import { systemClock } from '../../src/clock.ts';
import type { RemoteFile } from '../../src/fichier/api.ts';
import { prepareRoot } from '../../src/library/catalogue-root.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { ChangeLog } from '../../src/library/change-log.ts';
import { EntryTable } from '../../src/library/entry-table.ts';
import { Mirror } from '../../src/library/mirror.ts';
import { defaultLibrarySettings } from '../../src/library/mirrored-library.ts';
import { openDatabase } from '../../src/store/database.ts';
import { webDavSchema } from '../../src/webdav/schema.ts';

export function episodeName(index: number): string {
  return `Series & Friends S${Math.floor(index / 24)}E${index % 24} (2026) [1080p] part ${index}.mkv`;
}

/** Bytes. */
export function episodeSize(index: number): number {
  return 1000 + index;
}

/** Makes a catalogue whose root holds the folders `folder-1`, `folder-2` … with as many episodes as told. */
export function makeLargeCatalogue(path: string, episodes: readonly number[]): void {
  const database = openDatabase(path, [catalogueSchema, webDavSchema]);
  try {
    const now = systemClock.now();
    prepareRoot(database, 0, now);
    const table = new EntryTable(database, new ChangeLog(database));
    const mirror = new Mirror(database, 0, table, defaultLibrarySettings);
    const folders = episodes.map((_, index) => folderOf(index + 1));
    const complete = { complete: true, flaw: null } as const;
    const root = { id: 0, name: 'Root', createdAt: null };
    mirror.applyListing(0, { folder: root, folders, files: [], ...complete }, now);
    let first = 0;
    folders.forEach((folder, at) => {
      const files = Array.from({ length: episodes[at] ?? 0 }, (_, index) => episodeOf(index, first + index));
      mirror.applyListing(folder.id, { folder, folders: [], files, ...complete }, now);
      first += files.length;
    });
  } finally {
    database.close();
  }
}

function folderOf(id: number) {
  return { id, name: `folder-${id}`, createdAt: null };
}

function episodeOf(index: number, serial: number): RemoteFile {
  return {
    url: `https://1fichier.com/?${serial.toString(36).padStart(20, '0')}`,
    filename: episodeName(index),
    size: episodeSize(index),
    uploadedAt: 1_700_000_000_000 + index * 1000,
    checksum: null,
    contentType: null,
  };
}
