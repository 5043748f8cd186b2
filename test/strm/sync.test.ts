import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { FakeAccount } from '../library/fake-account.ts';
import { everything } from './everything.ts';
import { emptyListing, StrmStage } from './stage.ts';

let stage: StrmStage;

afterEach(() => {
  stage.clear();
});

interface Tree {
  films: number;
  shows: number;
  first: string;
  second: string;
}

/** Two films with what belongs to the first, and a show. */
function smallLibrary(account: FakeAccount): Tree {
  const films = account.addFolder(0, 'Films');
  const shows = account.addFolder(0, 'Shows');
  const season = account.addFolder(shows, 'Season 1');
  const first = account.addFile(films, 'First (2001).mkv');
  const second = account.addFile(films, 'Second.mp4');
  account.addFile(films, 'First (2001).en.srt');
  account.addFile(films, 'First (2001)-poster.jpg');
  account.addFile(films, 'holiday.jpg');
  account.addFile(season, 'Show S01E01.mkv');
  account.addFile(season, 'Show S01E02.mkv');
  account.addFile(shows, 'tvshow.nfo');
  return { films, shows, first, second };
}

const SMALL_TREE = [
  'Films/First (2001)-poster.jpg',
  'Films/First (2001).en.srt',
  'Films/First (2001).strm',
  'Films/Second.strm',
  'Shows/Season 1/Show S01E01.strm',
  'Shows/Season 1/Show S01E02.strm',
  'Shows/tvshow.nfo',
];

async function stageWith<T>(fill: (account: FakeAccount) => T): Promise<T> {
  let filled: T | undefined;
  stage = new StrmStage((account) => {
    filled = fill(account);
  });
  await stage.crawl();
  return filled as T;
}

it('writes an address for each film and episode, and copies what lies beside them', async () => {
  await stageWith(smallLibrary);
  const report = await stage.sync();
  expect(stage.paths()).toEqual(SMALL_TREE);
  expect(report).toMatchObject({ done: { create: 7, update: 0, rename: 0, remove: 0 }, leftCount: 0 });
  expect(stage.text('Films/Second.strm')).toMatch(
    /^http:\/\/bridge\.test\/stream\/[a-z2-7]{20}\/Second\.mp4\n$/,
  );
  expect(stage.text('Films/First (2001).en.srt')).toMatch(/^bytes of /);
});

it('tells how far it is while it writes, not only at the end', async () => {
  await stageWith((account) => {
    for (let number = 0; number < 20; number += 1) {
      const folder = account.addFolder(0, `Folder ${number}`);
      for (let film = 0; film < 50; film += 1) account.addFile(folder, `Film ${number}-${film}.mkv`);
    }
  });
  const seen: [number, number][] = [];
  await stage.sync({ onProgress: ({ foldersDone, filesChanged }) => seen.push([foldersDone, filesChanged]) });
  const folders = seen.map(([done]) => done);
  expect(folders).toEqual(folders.toSorted((one, other) => one - other));
  expect(seen.find(([done]) => done > 0 && done < 20)).toBeDefined();
  expect(seen.at(-1)).toEqual([21, 1000]);
});

it('changes nothing in a second run', async () => {
  await stageWith(smallLibrary);
  await stage.sync();
  expect(await stage.sync()).toMatchObject({ kept: 0, done: { create: 0, update: 0, rename: 0, remove: 0 } });
  expect(await stage.sync({ full: true })).toMatchObject({ kept: 7, done: { create: 0, update: 0 } });
  expect(stage.fetched).toHaveLength(3);
});

it('says in a dry run what it would do, and does none of it', async () => {
  await stageWith(smallLibrary);
  const report = await stage.sync({ dryRun: true });
  expect(report).toMatchObject({ dryRun: true, done: { create: 7 } });
  expect(stage.outcomes.map(({ path }) => path).sort()).toEqual(SMALL_TREE);
  expect(() => stage.paths()).toThrow('ENOENT');
  await stage.sync();
  expect(stage.paths()).toEqual(SMALL_TREE);
});

it('looks only at the folder of what is new', async () => {
  const { films } = await stageWith(smallLibrary);
  await stage.sync();
  stage.account.addFile(films, 'Third.mkv');
  await stage.crawl();
  expect(await stage.sync()).toMatchObject({ kept: 4, done: { create: 1, update: 0, rename: 0, remove: 0 } });
  expect(stage.paths()).toContain('Films/Third.strm');
});

it('renames the file of a film that was renamed, with what lies beside it', async () => {
  const { first } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.renameFile(first, 'First.mkv');
  await stage.crawl();
  await stage.sync();
  expect(stage.paths()).toContain('Films/First.strm');
  expect(stage.paths()).not.toContain('Films/First (2001).strm');
  expect(stage.nameIn('Films/First.strm')).toBe('First.mkv');
  expect(stage.outcomes).toContainEqual({
    deed: 'rename',
    from: 'Films/First (2001).strm',
    path: 'Films/First.strm',
    obstacle: null,
  });
});

it('moves the files of a folder that was renamed, and removes its directory', async () => {
  const { films } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.renameFolder(films, 'Movies');
  await stage.crawl();
  const report = await stage.sync();
  expect(report.done).toEqual({ create: 0, update: 0, rename: 4, remove: 0 });
  expect(stage.directories()).toEqual(['Movies', 'Shows', 'Shows/Season 1']);
  expect(stage.fetched).toHaveLength(3);
});

it('follows names that two films have exchanged', async () => {
  const { first, second } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.renameFile(first, 'Second.mkv');
  await stage.account.renameFile(second, 'First (2001).mp4');
  await stage.crawl();
  await stage.sync();
  expect(stage.nameIn('Films/Second.strm')).toBe('Second.mkv');
  expect(stage.nameIn('Films/First (2001).strm')).toBe('First (2001).mp4');
  expect(stage.paths().filter((path) => /\(2\)|aside/.test(path))).toEqual([]);
});

it('hands the path of a film on to the one that replaces it', async () => {
  const { films, second } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.removeFile(second);
  stage.account.addFile(films, 'Second.mkv', 5000);
  await stage.crawlUntilConfirmed();
  await stage.sync();
  expect(stage.nameIn('Films/Second.strm')).toBe('Second.mkv');
  expect(stage.paths()).toEqual(SMALL_TREE);
});

it('removes only what the library has confirmed gone', async () => {
  const { second } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.removeFile(second);
  await stage.crawl();
  await stage.sync();
  expect(stage.paths()).toContain('Films/Second.strm');
  await stage.crawlUntilConfirmed();
  await stage.sync();
  expect(stage.paths()).toEqual(SMALL_TREE.filter((path) => path !== 'Films/Second.strm'));
});

it.each([
  ['an empty root', (id: number) => (id === 0 ? emptyListing(0) : null)],
  ['an error', () => new BridgeError('upstream-unavailable', 'it is down')],
  ['a refusal of one folder', (id: number) => (id === 1 ? new BridgeError('folder-not-found', 'no') : null)],
  [
    'half a listing',
    (id: number) => ({ ...emptyListing(id), complete: false, flaw: 'count-mismatch' as const }),
  ],
])('removes nothing when 1fichier answers %s', async (_what, intercept) => {
  await stageWith(smallLibrary);
  await stage.sync();
  stage.account.intercept = intercept;
  for (let round = 0; round < 3; round += 1) {
    await stage.crawl().catch(() => undefined);
    await stage.clock.advance(60_000);
    await stage.sync({ full: round === 2 });
    expect(stage.paths()).toEqual(SMALL_TREE);
  }
});

it('removes nothing after the loss of the catalogue until each folder was listed again', async () => {
  const { second } = await stageWith(smallLibrary);
  await stage.sync();
  await stage.account.removeFile(second);
  await stage.loseCatalogue();
  expect((await stage.sync()).heldBack).toMatchObject({ count: 7, of: 7, because: 'not-confirmed' });
  await stage.library.refresh(0, { recursive: false, priority: 'crawl' });
  await stage.sync();
  expect(stage.paths()).toEqual(SMALL_TREE);
  await stage.crawl();
  expect((await stage.sync()).done).toMatchObject({ create: 0, remove: 1 });
  expect(stage.paths()).toEqual(SMALL_TREE.filter((path) => path !== 'Films/Second.strm'));
});

it('asks before it removes more than a share of the files', async () => {
  await stageWith((account) => {
    const folder = account.addFolder(0, 'Many');
    for (let film = 0; film < 20; film += 1) account.addFile(folder, `Film ${film}.mkv`);
  });
  await stage.sync();
  for (const url of [...stage.account.files.keys()].slice(0, 7)) await stage.account.removeFile(url);
  stage.account.addFile(1, 'New.mkv');
  await stage.crawlUntilConfirmed();
  const held = await stage.sync();
  expect(held).toMatchObject({ heldBack: { count: 7, because: 'too-many' }, done: { create: 1, remove: 0 } });
  expect(stage.paths()).toHaveLength(21);
  expect(await stage.sync()).toMatchObject({ heldBack: { count: 7 }, done: { remove: 0 } });
  expect(await stage.sync({ allowMassDelete: true })).toMatchObject({ heldBack: null, done: { remove: 7 } });
  expect(stage.paths()).toHaveLength(14);
});

/** Ten folders with five films each. */
async function manyFolders(): Promise<number[]> {
  return stageWith((account) =>
    Array.from({ length: 10 }, (_, number) => {
      const folder = account.addFolder(0, `Folder ${number}`);
      for (let film = 0; film < 5; film += 1) account.addFile(folder, `Film ${number}-${film}.mkv`);
      return folder;
    }),
  );
}

/** Looks at one folder alone, and again when what it lacks counts as gone. */
async function confirmEmpty(folder: number): Promise<void> {
  await stage.library.refresh(folder, { recursive: false, priority: 'crawl' });
  await stage.clock.advance(31 * 60_000);
  await stage.library.refresh(folder, { recursive: false, priority: 'crawl' });
}

it('asks before it removes much bit by bit, and counts anew on the next day or when a person has allowed it', async () => {
  const folders = await manyFolders();
  await stage.sync();
  const left: number[] = [];
  for (const folder of folders.slice(0, 5)) {
    for (const [url, file] of stage.account.files)
      if (file.folderId === folder) await stage.account.removeFile(url);
    await confirmEmpty(folder);
    await stage.sync();
    left.push(stage.paths().length);
  }
  expect(left).toEqual([45, 40, 40, 40, 40]);
  expect((await stage.sync()).heldBack).toMatchObject({ count: 15, of: 40, because: 'too-many' });
  await stage.clock.advance(25 * 60 * 60_000);
  expect((await stage.sync()).heldBack).toMatchObject({ count: 15 });
  expect(await stage.sync({ allowMassDelete: true })).toMatchObject({ done: { remove: 15 }, heldBack: null });
  for (const [url, file] of stage.account.files)
    if (file.folderId === folders[5]) await stage.account.removeFile(url);
  await confirmEmpty(folders[5] ?? 0);
  expect(await stage.sync()).toMatchObject({ done: { remove: 5 }, heldBack: null });
});

it('removes nothing of one folder while the library misses so much that all of it may be about to go', async () => {
  const [first = 0, ...others] = await manyFolders();
  await stage.sync();
  stage.account.intercept = (id) => (id === 0 ? null : emptyListing(id));
  for (const folder of others.slice(0, 3))
    await stage.library.refresh(folder, { recursive: false, priority: 'crawl' });
  await confirmEmpty(first);
  expect(await stage.sync()).toMatchObject({
    done: { remove: 0 },
    heldBack: { count: 5, of: 50, because: 'not-confirmed' },
  });
  stage.account.intercept = () => null;
  await stage.crawl();
  expect(await stage.sync()).toMatchObject({ done: { create: 0, remove: 0 }, heldBack: null });
  expect(stage.paths()).toHaveLength(50);
});

it('removes nothing while the folder that a rule names is not there', async () => {
  const { films } = await stageWith(smallLibrary);
  const rules = [{ ...everything, from: '/Films' }];
  await stage.sync({}, { rules });
  await stage.account.renameFolder(films, 'Films old');
  await stage.crawl();
  expect(await stage.sync({}, { rules })).toMatchObject({ missingFolders: ['/Films'], done: { remove: 0 } });
  expect(stage.paths()).toHaveLength(4);
});

it('never overwrites or removes what a person made or changed', async () => {
  const { first, second, films } = await stageWith(smallLibrary);
  mkdirSync(join(stage.root, 'Films'), { recursive: true });
  writeFileSync(join(stage.root, 'Films/Second.strm'), 'mine');
  await stage.sync();
  expect(stage.text('Films/Second.strm')).toBe('mine');
  expect(stage.outcomes).toContainEqual({ deed: 'create', path: 'Films/Second.strm', obstacle: 'occupied' });

  writeFileSync(join(stage.root, 'Films/First (2001).strm'), 'mine too');
  writeFileSync(join(stage.root, 'Films/notes.txt'), 'notes');
  await stage.account.renameFile(first, 'Other.mkv');
  await stage.crawl();
  await stage.sync();
  expect(stage.text('Films/First (2001).strm')).toBe('mine too');
  expect(stage.nameIn('Films/Other.strm')).toBe('Other.mkv');

  for (const url of [first, second]) await stage.account.removeFile(url);
  await stage.account.renameFolder(films, 'Movies');
  await stage.crawlUntilConfirmed();
  await stage.sync({ allowMassDelete: true });
  expect(stage.paths().filter((path) => path.startsWith('Films'))).toEqual([
    'Films/First (2001).strm',
    'Films/Second.strm',
    'Films/notes.txt',
  ]);
});

it('takes up an address that holds exactly what it would write, after the loss of the manifest', async () => {
  await stageWith(smallLibrary);
  await stage.sync();
  stage.manifest.exec('DELETE FROM strm_file; DELETE FROM strm_root; DELETE FROM strm_directory');
  expect(await stage.sync()).toMatchObject({ leftCount: 3, done: { create: 4 } });
  expect(
    stage.outcomes
      .filter(({ obstacle }) => obstacle !== null)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['Films/First (2001)-poster.jpg', 'Films/First (2001).en.srt', 'Shows/tvshow.nfo']);
});

it('writes a missing file again in a full run, and leaves a changed one', async () => {
  await stageWith(smallLibrary);
  await stage.sync();
  rmSync(join(stage.root, 'Films'), { recursive: true });
  writeFileSync(join(stage.root, 'Shows/Season 1/Show S01E01.strm'), 'mine');
  expect(await stage.sync()).toMatchObject({ done: { create: 0, update: 0 } });
  expect(await stage.sync({ full: true })).toMatchObject({ kept: 2, done: { update: 4 }, leftCount: 1 });
  expect(stage.paths()).toEqual(SMALL_TREE);
  expect(stage.text('Shows/Season 1/Show S01E01.strm')).toBe('mine');
});

it('writes nothing to the empty mount point of a disk that is gone', async () => {
  await stageWith(smallLibrary);
  await stage.sync();
  rmSync(stage.root, { recursive: true });
  mkdirSync(stage.root);
  await expect(stage.sync()).rejects.toThrow('.fichier-bridge is missing');
  expect(stage.paths()).toEqual([]);
  await stage.sync({ full: true });
  expect(stage.paths()).toEqual(SMALL_TREE);
});

it('keeps out of a directory that another bridge writes', async () => {
  await stageWith(smallLibrary);
  await stage.sync();
  writeFileSync(join(stage.root, '.fichier-bridge'), 'another\n');
  await expect(stage.sync({ full: true })).rejects.toThrow('another bridge writes to');
});

it('follows no link out of the root', async () => {
  await stageWith(smallLibrary);
  const outside = join(stage.directory, 'outside');
  mkdirSync(outside);
  mkdirSync(stage.root);
  symlinkSync(outside, join(stage.root, 'Films'));
  symlinkSync(join(outside, 'x'), join(stage.root, 'Shows'));
  const report = await stage.sync();
  expect(report).toMatchObject({ done: { create: 0 }, leftCount: 7 });
  expect(new Set(stage.outcomes.map(({ obstacle }) => obstacle))).toEqual(new Set(['outside-root']));
  expect(stage.target('Films')).toBe(outside);
});
