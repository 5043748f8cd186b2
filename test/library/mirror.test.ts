import { expect, it } from 'vitest';
import { fileIdOf } from '../../src/library/file-id.ts';
import { filePaths, listingOf, MINUTE, openMirror, remoteFile, remoteFolder, START } from './fixtures.ts';
import type { OpenMirror } from './fixtures.ts';

it('serves what a listing shows by path, by id and in natural order', () => {
  const { mirror, catalogue } = openMirror();
  const films = remoteFolder(7, 'Films');
  mirror.applyListing(
    0,
    listingOf(0, [films], [remoteFile('a', 'Clip 10.mkv'), remoteFile('b', 'Clip 2.mkv')]),
    START,
  );
  mirror.applyListing(7, listingOf(7, [], [remoteFile('c', 'Fête.mkv', 42)]), START);

  expect([...catalogue.children(0)].map((entry) => entry.name)).toEqual([
    'Films',
    'Clip 2.mkv',
    'Clip 10.mkv',
  ]);
  const film = catalogue.entryAt('/Films/Fête.mkv'.normalize('NFD'));
  expect(film).toMatchObject({ kind: 'file', size: 42, contentType: 'video/x-matroska' });
  expect(catalogue.fileById(fileIdOf(remoteFile('c', '').url))).toEqual(film);
  expect(catalogue.entryAt('/Films/')).toMatchObject({ kind: 'folder', id: 7 });
  expect(catalogue.entryAt('/Films/Fête.mkv/')).toBeNull();
  expect(catalogue.contents(0)).toEqual({ folders: 1, files: 2, bytes: 2000 });
  expect(filePaths(catalogue)).toEqual(['/Films/Fête.mkv', '/Clip 2.mkv', '/Clip 10.mkv']);
});

it('orders children by size and date in both directions, folders first', () => {
  const { mirror, catalogue } = openMirror();
  const files = [remoteFile('a', 'a', 5), remoteFile('b', 'b', 30), remoteFile('c', 'c', 1)];
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'z')], files), START);
  const names = (by: 'name' | 'size', descending: boolean): string =>
    [...catalogue.children(0, { by, descending })].map((entry) => entry.name).join('');
  expect(names('size', false)).toBe('zcab');
  expect(names('size', true)).toBe('zbac');
  expect(names('name', true)).toBe('zcba');
});

it('reads a folder of more entries than a page completely and once', () => {
  const { mirror, catalogue } = openMirror();
  const files = Array.from({ length: 1234 }, (_, index) => remoteFile(`n${index}`, `f${index}.mkv`));
  mirror.applyListing(0, listingOf(0, [], files), START);
  const names = [...catalogue.children(0)].map((entry) => entry.name);
  expect(names).toEqual(files.map((file) => file.filename));
});

it.each(['empty', 'shrunken'] as const)('keeps everything after one %s listing', (kind) => {
  const { mirror, catalogue } = openMirror();
  const files = Array.from({ length: 40 }, (_, index) => remoteFile(`n${index}`, `f${index}.mkv`));
  mirror.applyListing(0, listingOf(0, [], files), START);
  const left = kind === 'empty' ? [] : files.slice(0, 10);
  const { confirmAt } = mirror.applyListing(0, listingOf(0, [], left), START + MINUTE);
  mirror.applyListing(0, listingOf(0, [], left), START + 10 * MINUTE);
  expect(filePaths(catalogue)).toHaveLength(40);
  mirror.applyListing(0, listingOf(0, [], left), confirmAt ?? 0);
  expect(filePaths(catalogue)).toHaveLength(left.length);
});

it('removes a vanished file only when a second look some minutes later confirms it', () => {
  const { mirror, catalogue, changes } = openMirror();
  const [stays, goes] = [remoteFile('a', 'a'), remoteFile('b', 'b')];
  mirror.applyListing(0, listingOf(0, [], [stays, goes]), START);
  const cursor = changes.current();
  mirror.applyListing(0, listingOf(0, [], [stays]), START + MINUTE);
  mirror.applyListing(0, listingOf(0, [], [stays]), START + 2 * MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a', '/b']);
  mirror.applyListing(0, listingOf(0, [], [stays]), START + 7 * MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a']);
  expect([...changes.since(cursor, catalogue).removed]).toEqual([fileIdOf(goes.url)]);
});

it('removes a file that 1fichier denied when one look lacks it too', () => {
  const { mirror, catalogue } = openMirror();
  const [stays, goes, missing] = [remoteFile('a', 'a'), remoteFile('b', 'b'), remoteFile('c', 'c')];
  mirror.applyListing(0, listingOf(0, [], [stays, goes, missing]), START);
  mirror.deny(fileIdOf(goes.url), START + MINUTE);
  mirror.deny(fileIdOf(stays.url), START + MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a', '/b', '/c']);
  mirror.applyListing(0, listingOf(0, [], [stays]), START + 2 * MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a', '/c']);
  expect([stays, missing].map(({ url }) => catalogue.isMissing(fileIdOf(url)))).toEqual([false, true]);
});

it.each([
  ['the look lacks so much that it is more likely wrong', 0, START + 2 * MINUTE],
  ['it was an hour ago', 1, START + 61 * MINUTE],
])('does not take a denial for more than a first look when %s', (_why, left, takenAt) => {
  const { mirror, catalogue } = openMirror();
  const files = [remoteFile('a', 'a'), remoteFile('b', 'b')];
  mirror.applyListing(0, listingOf(0, [], files), START);
  mirror.deny(fileIdOf(remoteFile('b', 'b').url), START + MINUTE);
  mirror.applyListing(0, listingOf(0, [], files.slice(0, left)), takenAt);
  expect(filePaths(catalogue)).toEqual(['/a', '/b']);
});

it('forgets that a file was missing when it is seen again', () => {
  const { mirror, catalogue } = openMirror();
  const both = [remoteFile('a', 'a'), remoteFile('b', 'b')];
  mirror.applyListing(0, listingOf(0, [], both), START);
  mirror.applyListing(0, listingOf(0, [], both.slice(1)), START + MINUTE);
  mirror.applyListing(0, listingOf(0, [], both), START + 2 * MINUTE);
  mirror.applyListing(0, listingOf(0, [], both.slice(1)), START + 10 * MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a', '/b']);
});

it.each(['at-cap', 'count-mismatch', 'no-count'] as const)(
  'never takes anything as gone from a listing that is %s',
  (flaw) => {
    const { mirror, catalogue } = openMirror();
    mirror.applyListing(0, listingOf(0, [], [remoteFile('a', 'a')]), START);
    for (const minutes of [1, 20, 600]) {
      mirror.applyListing(0, listingOf(0, [], [remoteFile('b', 'b')], flaw), START + minutes * MINUTE);
    }
    expect(filePaths(catalogue)).toEqual(['/a', '/b']);
  },
);

it('moves a file at once to the folder in which it is seen, with its id', () => {
  const { mirror, catalogue } = openMirror();
  const file = remoteFile('a', 'a.mkv');
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'x')], [file]), START);
  const applied = mirror.applyListing(1, listingOf(1, [], [file]), START + MINUTE);
  expect(filePaths(catalogue)).toEqual(['/x/a.mkv']);
  expect(applied.changedFolders).toEqual([1, 0]);
});

it('keeps what moved out of a folder that is removed by the same look', () => {
  const { mirror, catalogue } = openMirror();
  const file = remoteFile('a', 'a.mkv');
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'x'), remoteFolder(2, 'y')], []), START);
  mirror.applyListing(1, listingOf(1, [], [file]), START);
  mirror.applyListing(0, listingOf(0, [remoteFolder(2, 'y')], []), START + MINUTE);
  mirror.applyListing(0, listingOf(0, [remoteFolder(2, 'y')], [file]), START + 20 * MINUTE);
  expect(filePaths(catalogue)).toEqual(['/a.mkv']);
});

it('reports the files below a renamed folder as changed, each once', () => {
  const { mirror, catalogue, changes } = openMirror();
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'x')], [remoteFile('z', 'z')]), START);
  mirror.applyListing(1, listingOf(1, [remoteFolder(2, 'y')], [remoteFile('a', 'a')]), START);
  mirror.applyListing(2, listingOf(2, [], [remoteFile('b', 'b')]), START);
  const { cursor } = changes.since(0, catalogue);
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'new')], [remoteFile('z', 'z')]), START + MINUTE);
  const later = changes.since(cursor, catalogue);
  expect([...later.changed].map((found) => found.path)).toEqual(['/new/y/b', '/new/a']);
  expect(later.continuous).toBe(true);
  expect([...changes.since(later.cursor, catalogue).changed]).toEqual([]);
});

it('changes nothing when the same listing comes again', () => {
  const { mirror, catalogue, changes } = openMirror();
  const listing = listingOf(
    0,
    [remoteFolder(1, 'a:b')],
    [remoteFile('a', 'x/y'), remoteFile('b', 'x/y'), remoteFile('c', '\ud800')],
  );
  mirror.applyListing(0, listing, START);
  const cursor = changes.current();
  expect(mirror.applyListing(0, listing, START + MINUTE).changedFolders).toEqual([]);
  expect(changes.current()).toBe(cursor);
  expect(filePaths(catalogue)).toEqual(['/x／y', '/x／y (2)', '/\ufffd']);
});

it('keeps names while siblings come and go, and lets swapped names be swapped', () => {
  const { mirror, catalogue } = openMirror();
  const [one, two] = [remoteFile('a', 'F.mkv'), remoteFile('b', 'f.mkv')];
  mirror.applyListing(0, listingOf(0, [], [two]), START);
  mirror.applyListing(0, listingOf(0, [], [one, two]), START + MINUTE);
  expect(catalogue.fileById(fileIdOf(two.url))?.name).toBe('f.mkv');
  expect(catalogue.fileById(fileIdOf(one.url))?.name).toBe('F (2).mkv');
  const swapped = [remoteFile('a', 'q'), remoteFile('b', 'p')];
  mirror.applyListing(0, listingOf(0, [], [remoteFile('a', 'p'), remoteFile('b', 'q')]), START + 2 * MINUTE);
  mirror.applyListing(0, listingOf(0, [], swapped), START + 3 * MINUTE);
  expect(catalogue.fileById(fileIdOf(one.url))?.name).toBe('q');
  expect(catalogue.fileById(fileIdOf(two.url))?.name).toBe('p');
});

it('gives the name of a replaced file to its successor', () => {
  const { mirror, catalogue } = openMirror();
  const [old, successor] = [remoteFile('a', 'f.mkv', 1), remoteFile('b', 'f.mkv', 2)];
  mirror.applyListing(0, listingOf(0, [], [old]), START);
  mirror.applyListing(0, listingOf(0, [], [successor]), START + MINUTE);
  expect(catalogue.entryAt('/f.mkv')).toMatchObject({ size: 2 });
  expect(catalogue.fileById(fileIdOf(old.url))).toMatchObject({ name: 'f (2).mkv' });
});

it('takes no part in a loop of folders, and holds a folder in one place only', () => {
  const { mirror, catalogue } = openMirror();
  mirror.applyListing(0, listingOf(0, [remoteFolder(1, 'a'), remoteFolder(2, 'b')], []), START);
  mirror.applyListing(
    1,
    listingOf(1, [remoteFolder(0, 'root'), remoteFolder(1, 'self'), remoteFolder(2, 'b')], []),
    START,
  );
  mirror.applyListing(2, listingOf(2, [remoteFolder(1, 'a')], [remoteFile('f', 'f')]), START);
  expect(filePaths(catalogue)).toEqual(['/a/b/f']);
});

it('lets other work run between the parts of a long listing, and ends with all of it', async () => {
  const { mirror, catalogue } = openMirror();
  const files = Array.from({ length: 1000 }, (_, index) => remoteFile(`n${index}`, `f${index}.mkv`));
  const seen = new Set<number>();
  const applying = mirror.applyInSlices(0, listingOf(0, [], files), START);
  const look = setInterval(() => seen.add(catalogue.contents(0).files), 0);
  const { changedFolders } = await applying;
  clearInterval(look);
  expect([...seen].some((count) => count > 0 && count < files.length)).toBe(true);
  expect(catalogue.contents(0).files).toBe(files.length);
  expect(changedFolders).toEqual([0]);
});

it('comes to the same names and removals whether a listing is applied in parts or as a whole', async () => {
  const before = listingOf(
    0,
    [],
    [remoteFile('old1', 'Film.mkv'), remoteFile('old2', 'Gone.mkv'), remoteFile('old3', 'Kept.mkv')],
  );
  const crowd = Array.from({ length: 700 }, (_, index) => remoteFile(`n${index}`, `Clip ${index % 300}.mkv`));
  const rivals = ['Film.mkv', 'FILM.mkv', 'Renamed.mkv'].map((name, index) => remoteFile(`r${index}`, name));
  const after = listingOf(
    0,
    [remoteFolder(5, 'Clip 7.mkv')],
    [...crowd, ...rivals, remoteFile('old3', 'Renamed.mkv')],
  );
  const [whole, sliced] = [openMirror(), openMirror()];
  whole.mirror.applyListing(0, before, START);
  sliced.mirror.applyListing(0, before, START);

  const expected = whole.mirror.applyListing(0, after, START + MINUTE);
  const applied = await sliced.mirror.applyInSlices(0, after, START + MINUTE);
  expect(applied).toEqual(expected);
  const entriesOf = ({ catalogue }: OpenMirror): unknown[] => [...catalogue.children(0)];
  expect(entriesOf(sliced)).toEqual(entriesOf(whole));
});

it('brings what was missing of a listing that a crash had cut in two', async () => {
  const { mirror, catalogue } = openMirror();
  const files = Array.from({ length: 900 }, (_, index) => remoteFile(`n${index}`, `f${index % 400}.mkv`));
  mirror.applyListing(0, listingOf(0, [], files.slice(0, 400), 'count-mismatch'), START);
  await mirror.applyInSlices(0, listingOf(0, [], files), START + MINUTE);
  expect(new Set([...catalogue.children(0)].map((entry) => entry.name)).size).toBe(900);
});
