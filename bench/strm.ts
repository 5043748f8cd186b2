import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import type { FolderListing, RemoteFile } from '../src/fichier/api.ts';
import { prepareRoot } from '../src/library/catalogue-root.ts';
import { catalogueSchema } from '../src/library/catalogue-schema.ts';
import { ChangeLog } from '../src/library/change-log.ts';
import { EntryTable } from '../src/library/entry-table.ts';
import { Mirror } from '../src/library/mirror.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../src/library/mirrored-library.ts';
import { openDatabase } from '../src/store/database.ts';
import { strmSchema } from '../src/strm/manifest-schema.ts';
import { StrmService } from '../src/strm/service.ts';
import { FakeAccount } from '../test/library/fake-account.ts';

/** A library of 100,000 films written as .strm files: `tsx bench/strm.ts [files]`. */
const files = Number(process.argv[2] ?? 100_000);
const FILES_PER_FOLDER = 20;
const CHANGES = 10;

const directory = mkdtempSync(join(tmpdir(), 'bench-strm-'));
const now = systemClock.now();

function fileOf(number: number, name = `Film ${number} (${1950 + (number % 70)}) 1080p.mkv`): RemoteFile {
  return {
    url: `https://1fichier.com/?${number.toString(36).padStart(20, '0')}`,
    filename: name,
    size: 1_000_000_000 + number,
    uploadedAt: now,
    checksum: number.toString(16).padStart(128, '0'),
    contentType: null,
  };
}

function listing(id: number, folders: readonly number[], films: readonly RemoteFile[]): FolderListing {
  return {
    folder: { id, name: `Folder ${id}`, createdAt: null },
    folders: folders.map((folder) => ({ id: folder, name: `Folder ${folder}`, createdAt: null })),
    files: films,
    complete: true,
    flaw: null,
  };
}

function filmsIn(folder: number): RemoteFile[] {
  return Array.from({ length: FILES_PER_FOLDER }, (_, index) => fileOf(folder * FILES_PER_FOLDER + index));
}

const folders = Array.from({ length: files / FILES_PER_FOLDER }, (_, index) => index + 1);
const catalogue = openDatabase(join(directory, 'catalogue.db'), [catalogueSchema]);
prepareRoot(catalogue, 0, now);
const mirror = new Mirror(
  catalogue,
  0,
  new EntryTable(catalogue, new ChangeLog(catalogue)),
  defaultLibrarySettings,
);
const library = new MirroredLibrary({
  database: catalogue,
  api: new FakeAccount(),
  clock: systemClock,
  rootId: 0,
  settings: defaultLibrarySettings,
});
const apply = (one: FolderListing): unknown => mirror.applyListing(one.folder.id, one, now);
await apply(listing(0, folders, []));
for (const folder of folders) await apply(listing(folder, [], filmsIn(folder)));

const manifest = openDatabase(join(directory, 'strm.db'), [strmSchema]);
manifest.exec('PRAGMA synchronous = FULL');
const service = new StrmService({
  library,
  roots: [
    {
      directory: join(directory, 'root'),
      rules: [{ from: '/', include: [], exclude: [], minSize: 0, flatten: false, layout: 'mirror' }],
    },
  ],
  database: manifest,
  companions: 'copy',
  mount: null,
  addressOf: ({ id, name }) => `http://127.0.0.1:8787/stream/${id}/${encodeURIComponent(name)}`,
  organise: () => null,
  descriptions: null,
  read: () => Promise.reject(new Error('nothing lies beside these films')),
  clock: systemClock,
  mostRemoved: 0.2,
  onDone: () => undefined,
});

async function measure(what: string, full = false): Promise<void> {
  let highest = 0;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 50);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const [record] = await service.sync({ dryRun: false, full, allowMassDelete: false });
  const seconds = (performance.now() - began) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  clearInterval(watch);
  const report = record?.report;
  if (report == null) throw new Error(record?.problem?.message ?? 'there was no run');
  const changed = Object.values(report.done).reduce((sum, count) => sum + count, 0);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const looked = Math.max(changed, full ? report.kept : 0);
  const figures = [
    `${changed} changed`,
    `${report.kept} kept`,
    `${seconds.toFixed(2)} s`,
    `${Math.round(looked / seconds)} files/s`,
    `CPU ${cpuSeconds.toFixed(2)} s`,
    `RSS ${Math.round(Math.max(highest, process.memoryUsage.rss()) / 2 ** 20)} MiB`,
  ];
  process.stdout.write(`${what.padEnd(34)} ${figures.join(', ')}\n`);
}

process.stdout.write(`${files} films in ${folders.length} folders\n`);
await measure('first sync');
await measure('nothing changed');
for (const folder of folders.slice(0, CHANGES)) {
  const films = filmsIn(folder);
  films[0] = fileOf(folder * FILES_PER_FOLDER, `Renamed ${folder}.mkv`);
  await apply(listing(folder, [], films));
}
await measure(`${CHANGES} renamed`);
await measure('everything compared, on disk too', true);
manifest.close();
catalogue.close();
rmSync(directory, { recursive: true });
