import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import type { FolderListing, RemoteFile } from '../src/fichier/api.ts';
import { prepareRoot } from '../src/library/catalogue-root.ts';
import { catalogueSchema } from '../src/library/catalogue-schema.ts';
import { Catalogue } from '../src/library/catalogue.ts';
import { ChangeLog } from '../src/library/change-log.ts';
import { EntryTable } from '../src/library/entry-table.ts';
import { Mirror } from '../src/library/mirror.ts';
import { defaultLibrarySettings } from '../src/library/mirrored-library.ts';
import { SearchIndex } from '../src/library/search-index.ts';
import { openCheckedDatabase } from '../src/store/database.ts';
import type { Database } from '../src/store/database.ts';

/** Numbers of a catalogue of a million files: `tsx bench/catalogue.ts [files]`. */
const files = Number(process.argv[2] ?? 1_000_000);
const pathToFill = process.argv[3];
const FILES_PER_FOLDER = 1000;
const LARGE_FOLDER = 10_000;
const SAMPLES = 2000;
const WORDS = [
  'amber',
  'river',
  'castle',
  'north',
  'winter',
  'silent',
  'garden',
  'mirror',
  'copper',
  'falcon',
];

function fileOf(number: number): RemoteFile {
  const word = (shift: number): string => WORDS[Math.floor(number / 10 ** shift) % WORDS.length] ?? '';
  return {
    url: `https://1fichier.com/?${number.toString(36).padStart(20, '0')}`,
    filename: `The ${word(1)} ${word(2)} ${word(4)} - S${number % 30}E${number % 100} - no${number}.1080p.mkv`,
    size: 1_000_000_000 + number,
    uploadedAt: 1_700_000_000_000 + number * 1000,
    checksum: number.toString(16).padStart(128, '0'),
    contentType: null,
  };
}

function listing(id: number, folders: number[], first: number, count: number): FolderListing {
  return {
    folder: { id, name: `Folder ${id}`, createdAt: null },
    folders: folders.map((folder) => ({ id: folder, name: `Folder ${folder}`, createdAt: null })),
    files: Array.from({ length: count }, (_, index) => fileOf(first + index)),
    complete: true,
    flaw: null,
  };
}

function mirrorOf(database: Database): Mirror {
  const changes = new ChangeLog(database);
  return new Mirror(database, 0, new EntryTable(database, changes), defaultLibrarySettings);
}

function elapsed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function quantiles(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

function report(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(44)} ${figure}\n`);
}

const now = systemClock.now();
const folders = Array.from({ length: Math.ceil(files / FILES_PER_FOLDER) }, (_, index) => index + 1);
const large = folders.length + 1;

function fill(path: string): void {
  const filling = openCheckedDatabase(path, [catalogueSchema], now, () => undefined);
  prepareRoot(filling, 0, now);
  const mirror = mirrorOf(filling);
  const fillTime = elapsed(() => {
    mirror.applyListing(0, listing(0, [...folders, large], 0, 0), now);
    for (const folder of folders) {
      mirror.applyListing(folder, listing(folder, [], folder * FILES_PER_FOLDER, FILES_PER_FOLDER), now);
    }
  });
  report(`filling with ${files} files`, `${(fillTime / 1000).toFixed(1)} s`);
  const full = listing(large, [], 900_000_000, LARGE_FOLDER / 2);
  report(
    'inserting a folder of 5,000',
    `${elapsed(() => mirror.applyListing(large, full, now)).toFixed(0)} ms`,
  );
  report('the same listing again', `${elapsed(() => mirror.applyListing(large, full, now)).toFixed(0)} ms`);
  mirror.applyListing(large, listing(large, [], 900_000_000, LARGE_FOLDER), now);
  filling.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  filling.close();
}

function measure(path: string): void {
  report('database', `${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`);

  let opened: Database | undefined;
  const startTime = elapsed(() => {
    opened = openCheckedDatabase(path, [catalogueSchema], now, () => undefined);
    prepareRoot(opened, 0, now);
    new Catalogue(opened, 0).entryAt('/');
  });
  if (opened === undefined) throw new Error('the database did not open');
  const catalogue = new Catalogue(opened, 0);
  const search = new SearchIndex(opened, catalogue);
  report('start', `${startTime.toFixed(0)} ms`);
  const listTime = (): number => elapsed(() => [...catalogue.children(large)]);
  report(`listing ${LARGE_FOLDER} entries`, quantiles(Array.from({ length: 10 }, listTime)));
  const lookUp = (): number => {
    const folder = folders[Math.floor(Math.random() * folders.length)] ?? 1;
    const name = fileOf(folder * FILES_PER_FOLDER + Math.floor(Math.random() * FILES_PER_FOLDER)).filename;
    return elapsed(() => catalogue.entryAt(`/Folder ${folder}/${name}`));
  };
  report('entryAt', quantiles(Array.from({ length: SAMPLES }, lookUp)));
  const queries = [
    'the',
    'amber',
    'amber falcon',
    'amb fal',
    'no12345',
    's1 e',
    'm',
    'astle',
    'alco mirr',
    'zzz',
    'the the no99999',
  ];
  for (const text of queries) {
    const times = Array.from({ length: 20 }, () => elapsed(() => search.search({ text, limit: 50 })));
    report(`search "${text}"`, quantiles(times));
  }
  const ofKind = Array.from({ length: 20 }, () =>
    elapsed(() => search.search({ text: 'amber', kind: 'audio', limit: 50 })),
  );
  report('search "amber", audio (none there)', quantiles(ofKind));
  report('resident memory', `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);
  opened.close();
}

if (pathToFill !== undefined) {
  fill(pathToFill);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const path = join(directory, 'catalogue.db');
  // In a process of its own, so that the memory measured is that of serving.
  const script = import.meta.filename;
  spawnSync(process.execPath, [...process.execArgv, script, String(files), path], { stdio: 'inherit' });
  measure(path);
  rmSync(directory, { recursive: true });
}
