import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { fileIdOf } from '../../src/library/file-id.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { resolveRoot } from '../../src/library/resolve-root.ts';
import { openDatabase } from '../../src/store/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeAccount } from './fake-account.ts';
import { listingOf, MINUTE, remoteFolder } from './fixtures.ts';

const HOUR = 60 * MINUTE;

interface Setting {
  readonly listenerFailures: readonly unknown[];
  readonly account: FakeAccount;
  readonly clock: FakeClock;
  readonly library: MirroredLibrary;
  readonly paths: () => string[];
}

function setUp(fill: (account: FakeAccount) => void = () => undefined): Setting {
  const account = new FakeAccount();
  fill(account);
  const clock = new FakeClock();
  const database = openDatabase(':memory:', [catalogueSchema]);
  const settings = defaultLibrarySettings;
  const listenerFailures: unknown[] = [];
  const onListenerFailure = (error: unknown): unknown => listenerFailures.push(error);
  const library = new MirroredLibrary({
    ...{ database, api: account, clock, rootId: 0, settings, onListenerFailure },
  });
  const paths = (): string[] => [...library.filesBelow(0)].map((found) => found.path);
  return { account, clock, library, paths, listenerFailures };
}

/** Two folders side by side, one below the first, a file in each. */
function smallTree(account: FakeAccount): void {
  const first = account.addFolder(0, 'first');
  const second = account.addFolder(0, 'second');
  const below = account.addFolder(first, 'below');
  account.addFile(first, 'one.mkv');
  account.addFile(second, 'two.mkv');
  account.addFile(below, 'three.mkv');
}

it('crawls breadth-first with one call a folder, then rests until a round is due', async () => {
  const { account, clock, library, paths } = setUp(smallTree);
  library.start();
  await clock.advance(MINUTE);
  expect(account.calls).toEqual(['list 0 crawl', 'list 1 crawl', 'list 2 crawl', 'list 3 crawl']);
  expect(paths()).toEqual(['/first/below/three.mkv', '/first/one.mkv', '/second/two.mkv']);
  expect(library.crawlStatus()).toMatchObject({
    state: 'idle',
    foldersKnown: 4,
    foldersListed: 4,
    filesKnown: 3,
    foldersPending: 0,
    lastError: null,
  });
  await clock.advance(6 * HOUR);
  expect(account.calls.length).toBeGreaterThanOrEqual(8);
  await library.stop();
});

it('waits to the end of a flood lock, then goes on', async () => {
  const { account, clock, library, paths } = setUp(smallTree);
  const lockedUntil = clock.now() + 10 * MINUTE;
  account.intercept = () =>
    clock.now() < lockedUntil ? new BridgeError('flood-locked', 'locked', { retryAt: lockedUntil }) : null;
  library.start();
  await clock.advance(9 * MINUTE);
  expect(library.crawlStatus()).toMatchObject({ state: 'waiting', lastError: 'locked' });
  expect(account.calls).toHaveLength(1);
  await clock.advance(2 * MINUTE);
  expect(paths()).toHaveLength(3);
  await library.stop();
});

it('stops asking with a key that is refused', async () => {
  const { account, clock, library } = setUp();
  account.intercept = () => new BridgeError('api-key-invalid', 'the key is refused');
  library.start();
  await clock.advance(50 * MINUTE);
  expect(library.crawlStatus().state).toBe('stopped');
  expect(account.calls).toHaveLength(1);
  await library.stop();
});

it('loses nothing to folders whose listing fails, is empty or is cut short', async () => {
  const { account, clock, library, paths } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  account.intercept = (folderId) => {
    if (folderId === 1) return new BridgeError('malformed-answer', 'not JSON');
    if (folderId === 2) return listingOf(2, [], []);
    return folderId === 3 ? listingOf(3, [], [], 'count-mismatch') : null;
  };
  await library.refresh(0, { recursive: true, priority: 'browse' });
  await clock.advance(MINUTE);
  expect(paths()).toHaveLength(3);
  expect(library.crawlStatus().entriesMissing).toBe(1);
});

it('reads a stale folder that someone opens before the crawl goes on, once', async () => {
  const { account, clock, library } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  account.calls.length = 0;
  library.noteOpened(1);
  await clock.advance(2 * MINUTE);
  expect(account.calls).toEqual([]);
  library.noteOpened(1);
  library.noteOpened(1);
  await clock.advance(1);
  expect(account.calls).toEqual(['list 1 browse']);
});

it('reports a listener that fails, tells the others, and goes on crawling and writing', async () => {
  const { clock, library, paths, listenerFailures } = setUp(smallTree);
  const failure = new Error('the listener is at fault');
  library.onChange(() => {
    throw failure;
  });
  const heard: number[] = [];
  library.onChange(({ folderIds }) => heard.push(...folderIds));
  library.start();
  await clock.advance(MINUTE);
  expect(paths()).toHaveLength(3);
  expect(heard.sort()).toEqual([0, 1, 2, 3]);
  expect(library.crawlStatus()).toMatchObject({ state: 'idle', lastError: null });
  await library.writer.makeFolder(0, 'made');
  expect(heard).toHaveLength(5);
  expect(new Set(listenerFailures)).toEqual(new Set([failure]));
  await library.stop();
});

it('counts its files as they come and go, alone or with their folder', async () => {
  const { library } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  expect(library.crawlStatus().filesKnown).toBe(3);
  const file = library.entryAt('/second/two.mkv');
  const folder = library.entryAt('/first');
  if (file === null || folder === null) throw new Error('the tree is not there');
  await library.writer.remove(file);
  expect(library.crawlStatus().filesKnown).toBe(2);
  await library.writer.remove(folder);
  expect(library.crawlStatus().filesKnown).toBe(0);
});

it('tells listeners which folders are different, and nothing when none is', async () => {
  const { account, library } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  const heard: (readonly number[])[] = [];
  const leave = library.onChange((change) => heard.push(change.folderIds));
  await library.refresh(0, { recursive: true, priority: 'browse' });
  expect(heard).toEqual([]);
  account.addFile(2, 'new.mkv');
  await library.refresh(2, { recursive: false, priority: 'browse' });
  leave();
  account.addFile(2, 'newer.mkv');
  await library.refresh(2, { recursive: false, priority: 'browse' });
  expect(heard).toEqual([[2]]);
});

it('a refresh of folders that were read a moment ago waits for its turn at each', async () => {
  const { account, clock, library, paths } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  account.addFile(2, 'new.mkv');
  const freeAt = clock.now() + 30_000;
  account.intercept = () =>
    clock.now() < freeAt ? new BridgeError('rate-limited', 'a moment ago', { retryAt: freeAt }) : null;
  const refreshed = library.refresh(0, { recursive: true, priority: 'browse' });
  await clock.advance(29_000);
  expect(paths()).toHaveLength(3);
  await clock.advance(2_000);
  await refreshed;
  expect(paths()).toContain('/second/new.mkv');
});

it('a refresh that waits for its turn ends when it is given up, and when the library stops', async () => {
  const { account, clock, library } = setUp();
  account.intercept = () =>
    new BridgeError('rate-limited', 'a moment ago', { retryAt: clock.now() + 30_000 });
  const giveUp = new AbortController();
  const request = { recursive: false, priority: 'browse' } as const;
  const refreshes = [library.refresh(0, { ...request, signal: giveUp.signal }), library.refresh(0, request)];
  const outcomes = Promise.allSettled(refreshes);
  await clock.advance(1_000);
  giveUp.abort();
  await library.stop();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
  }
});

it('rejects a refresh with what the API says', async () => {
  const { library } = setUp();
  await expect(library.refresh(99, { recursive: false, priority: 'browse' })).rejects.toMatchObject({
    kind: 'folder-not-found',
  });
});

it('finds the mirrored folder by id or by a path of names, asking for a path only once', async () => {
  const account = new FakeAccount();
  smallTree(account);
  const database = openDatabase(':memory:', [catalogueSchema]);
  const find = (setting: string): Promise<number> =>
    resolveRoot(database, account, setting, { priority: 'browse' });
  expect(await find('42')).toBe(42);
  expect(await find('/')).toBe(0);
  expect(account.calls).toEqual([]);
  expect(await find('first/below')).toBe(3);
  const calls = account.calls.length;
  expect(await find('first/below')).toBe(3);
  expect(account.calls).toHaveLength(calls);
  await expect(find('first/nowhere')).rejects.toMatchObject({ kind: 'folder-not-found' });
});

it('finds entries by words, beginnings and fragments, whatever their case and accents', async () => {
  const { account, library } = setUp();
  account.addFile(0, 'Amélie Poulain.2001.mkv');
  account.addFile(0, 'Amélie.srt');
  account.addFolder(0, 'Poulain extras');
  account.addFile(0, '千と千尋.mkv');
  await library.refresh(0, { recursive: false, priority: 'browse' });
  const names = (text: string, kind?: 'video' | 'folder'): string[] =>
    library.search({ text, kind, limit: 10 }).map((found) => found.path);
  expect(names('poulain AMELIE')).toEqual(['/Amélie Poulain.2001.mkv']);
  expect(names('poul', 'folder')).toEqual(['/Poulain extras']);
  expect(names('améli', 'video')).toEqual(['/Amélie Poulain.2001.mkv']);
  expect(names('oulai').sort()).toEqual(['/Amélie Poulain.2001.mkv', '/Poulain extras']);
  expect(names('千と')).toEqual(['/千と千尋.mkv']);
  expect(names('"OR* NEAR(')).toEqual([]);
  expect(names('')).toEqual([]);
});

it('shows a write at once and does not let a lagging listing undo it', async () => {
  const { account, clock, library, paths } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  const before = [0, 1, 2].map((id) => [id, account.listFolder(id, { priority: 'browse' })] as const);
  const lagging = new Map(
    await Promise.all(before.map(async ([id, listing]) => [id, await listing] as const)),
  );

  const [one] = [...library.filesBelow(1)].filter((found) => found.entry.name === 'one.mkv');
  const [two] = [...library.filesBelow(2)];
  if (one === undefined || two === undefined) throw new Error('the tree is not there');
  const made = await library.writer.makeFolder(0, 'made');
  await library.writer.move(one.entry, made.id, 'renamed.mkv');
  await library.writer.remove(two.entry);
  const expected = ['/first/below/three.mkv', '/made/renamed.mkv'];
  expect(paths()).toEqual(expected);
  expect(library.fileById(one.entry.id)?.name).toBe('renamed.mkv');

  account.intercept = (folderId) => lagging.get(folderId) ?? null;
  await library.refresh(0, { recursive: true, priority: 'browse' });
  expect(paths()).toEqual(expected);
  account.intercept = () => null;
  await clock.advance(10 * MINUTE);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  expect(paths()).toEqual(expected);
});

it('moves a folder with two calls and keeps what is in it', async () => {
  const { account, library, paths } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  account.calls.length = 0;
  const first = library.folderById(1);
  if (first === null) throw new Error('the tree is not there');
  await library.writer.move(first, 2, 'inner');
  expect(account.calls).toEqual(['move folder', 'rename folder']);
  expect(paths()).toContain('/second/inner/below/three.mkv');
  await expect(library.writer.move(first, 3, 'loop')).rejects.toMatchObject({ kind: 'bad-request' });
});

it('removes a folder from the bottom up', async () => {
  const { account, library, paths } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  const first = library.folderById(1);
  if (first === null) throw new Error('the tree is not there');
  await library.writer.remove(first);
  expect(paths()).toEqual(['/second/two.mkv']);
  expect([...account.folders.keys()]).toEqual([0, 2]);
  expect(account.files.size).toBe(1);
});

it('puts an upload in the place of the file it replaces, under the same name', async () => {
  const { library } = setUp(smallTree);
  await library.refresh(0, { recursive: true, priority: 'browse' });
  const [two] = [...library.filesBelow(2)];
  const chunks = {
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(new Uint8Array(7));
    },
  };
  await expect(library.writer.upload(2, 'TWO.mkv', { size: 7, chunks })).rejects.toMatchObject({
    kind: 'name-taken',
  });
  const file = await library.writer.upload(2, 'two.mkv', { size: 7, chunks, replaces: two?.entry });
  expect(library.entryAt('/second/two.mkv')).toEqual(file);
  expect(file.size).toBe(7);
  expect(library.contents(2).files).toBe(1);
  expect(file.id).toBe(fileIdOf(file.url));
});

it('does not follow a folder that two parents show', async () => {
  const { account, clock, library } = setUp(smallTree);
  account.intercept = (folderId) =>
    folderId === 1 || folderId === 2 ? listingOf(folderId, [remoteFolder(3, 'below')], []) : null;
  library.start();
  await clock.advance(MINUTE);
  expect(account.calls).toHaveLength(4);
  await library.stop();
});
