import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { LinkLifetime } from '../../src/links/lifetime.ts';
import { LinkCache, type LinkCacheOptions } from '../../src/links/link-cache.ts';
import { LINK_SCHEMA, LinkStore } from '../../src/links/link-store.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedApi } from './scripted-api.ts';

const FILE = 'https://1fichier.com/?aaaaaaaaaaaaaaaaaaaa';
const OTHER = 'https://1fichier.com/?bbbbbbbbbbbbbbbbbbbb';
const MINUTE = 60_000;
const VIEWER = { priority: 'viewer' } as const;
const DOCUMENTED: LinkLifetime = { profile: 'documented' };
const LENIENT: LinkLifetime = { profile: 'lenient', maxAgeMs: 8 * 60 * MINUTE };

let database: Database;
let clock: FakeClock;
let api: ScriptedApi;
let storeFailures: BridgeError[];

beforeEach(() => {
  database = openDatabase(':memory:', [LINK_SCHEMA]);
  clock = new FakeClock();
  api = new ScriptedApi();
  api.answer = (_url, count) => `https://a-1.example/p${count}`;
  storeFailures = [];
});

afterEach(() => database.close());

function startCache(
  lifetime: LinkLifetime = LENIENT,
  told: Pick<LinkCacheOptions, 'onFileGone' | 'isMissing'> = {},
): LinkCache {
  const onStoreFailure = (error: BridgeError): number => storeFailures.push(error);
  const store = new LinkStore(database);
  return new LinkCache({ api, clock, store, lifetime, onStoreFailure, ...told });
}

describe('one call for many', () => {
  test('100 concurrent first readers of one file cost one call', async () => {
    const cache = startCache();
    const links = await Promise.all(Array.from({ length: 100 }, () => cache.get(FILE, VIEWER)));
    expect(new Set(links.map((link) => link.address)).size).toBe(1);
    expect(api.sent).toBe(1);
  });

  test('100 readers refused with the same link cost one more call', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    cache.accept(FILE, link);
    const renewed = await Promise.all(
      Array.from({ length: 100 }, async () => {
        cache.refuse(FILE, link);
        const next = await cache.get(FILE, VIEWER);
        cache.refuse(FILE, link);
        return next.address;
      }),
    );
    expect(new Set(renewed)).toEqual(new Set(['https://a-1.example/p2']));
    expect(api.sent).toBe(2);
  });

  test('one who leaves takes nothing from the others', async () => {
    api.answer = null;
    const cache = startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const stays = cache.get(FILE, VIEWER);
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    api.pending[0]?.succeed('https://a-1.example/p1');
    expect((await stays).address).toBe('https://a-1.example/p1');
    expect(api.dropped).toBe(0);
  });

  test('a queued call is dropped when the last one waiting leaves', async () => {
    api.answer = null;
    const cache = startCache();
    const leavers = [new AbortController(), new AbortController()];
    const left = leavers.map(({ signal }) => cache.get(FILE, { priority: 'viewer', signal }));
    for (const leaver of leavers) leaver.abort();
    for (const get of left) await expect(get).rejects.toMatchObject({ kind: 'cancelled' });
    expect(api.dropped).toBe(1);
    expect(api.sent).toBe(0);
  });

  test('a call already sent is let finish for whoever comes next', async () => {
    api.answer = null;
    const cache = startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const [call] = api.pending;
    call?.send();
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    call?.succeed('https://a-1.example/p1');
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p1');
    expect(api.sent).toBe(1);
  });

  test('a viewer who joins a queued prefetch moves it forward, and one call is sent all told', async () => {
    api.answer = null;
    const cache = startCache();
    const prefetched = cache.get(FILE, { priority: 'prefetch' });
    const watched = cache.get(FILE, VIEWER);
    expect(api.pending.map((call) => call.priority)).toEqual(['viewer']);
    api.pending[0]?.succeed('https://a-1.example/p1');
    expect((await prefetched).address).toBe((await watched).address);
    expect(api.sent).toBe(1);
  });

  test('a viewer who joins a prefetch already sent waits for it', async () => {
    api.answer = null;
    const cache = startCache();
    const prefetched = cache.get(FILE, { priority: 'prefetch' });
    api.pending[0]?.send();
    const watched = cache.get(FILE, VIEWER);
    expect(api.pending).toHaveLength(1);
    api.pending[0]?.succeed('https://a-1.example/p1');
    await Promise.all([prefetched, watched]);
    expect(api.sent).toBe(1);
  });
});

describe('life of a link', () => {
  test('a documented link is renewed when it was not used within five minutes', async () => {
    const cache = startCache(DOCUMENTED);
    await cache.get(FILE, VIEWER);
    await clock.advance(4 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(1);
    await clock.advance(MINUTE);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(2);
  });

  test('a documented link in use serves for half an hour from its first use', async () => {
    const cache = startCache(DOCUMENTED);
    const link = await cache.get(FILE, VIEWER);
    await clock.advance(3 * MINUTE);
    cache.accept(FILE, link);
    await clock.advance(27 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(1);
    await clock.advance(3 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(2);
  });

  test('a lenient link serves until it is refused', async () => {
    const cache = startCache(LENIENT);
    const link = await cache.get(FILE, VIEWER);
    await clock.advance(7 * 60 * MINUTE);
    expect(await cache.get(FILE, VIEWER)).toEqual(link);
    cache.refuse(FILE, link);
    expect(await cache.get(FILE, VIEWER)).not.toEqual(link);
  });

  test('a clock set back by an hour costs one more call and no failure', async () => {
    const cache = startCache();
    await cache.get(FILE, VIEWER);
    const now = clock.now();
    clock.now = () => now - 60 * MINUTE;
    await cache.get(FILE, VIEWER);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(2);
  });

  test('the true life of links is learned', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    await clock.advance(40 * MINUTE);
    cache.accept(FILE, link);
    await clock.advance(20 * MINUTE);
    cache.refuse(FILE, link);
    expect(cache.stats()).toMatchObject({
      minted: 1,
      refused: 1,
      longestServedMs: 40 * MINUTE,
      shortestRefusedMs: 60 * MINUTE,
    });
  });
});

describe('the first use of a fresh link', () => {
  const stays = (): AbortSignal => new AbortController().signal;

  test('is made by one reader while the others wait, and of a refusal all hear without asking', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    const first = await cache.use(FILE, link, stays());
    const others = Array.from({ length: 20 }, () => cache.use(FILE, link, stays()));
    cache.refuse(FILE, link);
    first?.over();
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, () => null));
  });

  test('lets all others go once the storage host has taken it', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    const first = await cache.use(FILE, link, stays());
    const others = Array.from({ length: 20 }, () => cache.use(FILE, link, stays()));
    cache.accept(FILE, link);
    first?.over();
    expect(await Promise.all(others)).not.toContain(null);
  });

  test('passes to the next when it ends without an answer, one at a time', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    const first = await cache.use(FILE, link, stays());
    const passed: number[] = [];
    const others = [1, 2].map(async (other) => {
      const use = await cache.use(FILE, link, stays());
      passed.push(other);
      return use;
    });
    first?.over();
    (await others[0])?.over();
    expect(passed).toEqual([1]);
    await others[1];
    expect(passed).toEqual([1, 2]);
  });

  test('is waited for by nobody who gives up', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    await cache.use(FILE, link, stays());
    const leaver = new AbortController();
    const left = cache.use(FILE, link, leaver.signal);
    leaver.abort();
    expect(await left).toBeNull();
  });
});

describe('a link whose storage host cannot be reached', () => {
  test('is replaced at the next request', async () => {
    const cache = startCache();
    const link = await cache.get(FILE, VIEWER);
    cache.doubt(FILE, link);
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p2');
  });

  test('is given again where no other is to be had, and never counts as refused', async () => {
    const cache = startCache();
    for (let round = 0; round < 5; round += 1) cache.doubt(FILE, await cache.get(FILE, VIEWER));
    const last = await cache.get(FILE, VIEWER);
    cache.doubt(FILE, last);
    api.answer = () => new BridgeError('flood-locked', 'locked');
    expect(await cache.get(FILE, VIEWER)).toBe(last);
    expect(cache.stats().refused).toBe(0);
  });
});

describe('restart', () => {
  test('links survive it, with their use', async () => {
    const before = startCache(DOCUMENTED);
    const link = await before.get(FILE, VIEWER);
    before.accept(FILE, link);
    await clock.advance(20 * MINUTE);
    expect(await startCache(DOCUMENTED).get(FILE, VIEWER)).toEqual(link);
    expect(api.sent).toBe(1);
  });

  test('a refused link does not come back', async () => {
    const before = startCache();
    const link = await before.get(FILE, VIEWER);
    before.refuse(FILE, link);
    expect(await startCache().get(FILE, VIEWER)).not.toEqual(link);
  });

  test('links of last week are gone', async () => {
    await startCache().get(FILE, VIEWER);
    await clock.advance(8 * 24 * 60 * MINUTE);
    startCache();
    expect(new LinkStore(database).find(FILE)).toBeNull();
  });

  test('a store that fails costs nothing but its memory', async () => {
    const cache = startCache();
    database.exec('DROP TABLE links');
    await cache.get(FILE, VIEWER);
    await cache.get(FILE, VIEWER);
    expect(api.sent).toBe(1);
    expect(storeFailures.length).toBeGreaterThan(0);
  });
});

describe('failures', () => {
  const retryIn = (ms: number): { retryAt: number } => ({ retryAt: clock.now() + ms });

  test('a file that is still not found is asked for ever less often, once an hour at least', async () => {
    api.answer = () => new BridgeError('file-not-found', 'gone');
    const cache = startCache();
    const askedAt: number[] = [];
    for (let minute = 0; minute < 240; minute += 1) {
      const before = api.sent;
      await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
      if (api.sent > before) askedAt.push(minute);
      await clock.advance(MINUTE);
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    api.answer = () => 'https://a-1.example/p1';
    await clock.advance(60 * MINUTE);
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p1');
  });

  test('a file that is not found is told of, so that its folder can be looked at', async () => {
    api.answer = (url) => new BridgeError(url === FILE ? 'file-not-found' : 'flood-locked', 'no');
    const gone: string[] = [];
    const cache = startCache(LENIENT, { onFileGone: (url) => gone.push(url) });
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    await expect(cache.get(OTHER, VIEWER)).rejects.toMatchObject({ kind: 'flood-locked' });
    expect(gone).toEqual([FILE]);
  });

  test('a file that is not found is asked for once a minute at most', async () => {
    api.answer = () => new BridgeError('file-not-found', 'gone');
    const cache = startCache();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    }
    expect(api.sent).toBe(1);
    await clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    expect(api.sent).toBe(2);
  });

  test('when many files are gone, those missing from their folders are asked for later, and the others at once', async () => {
    const gone = (file: number): string => `${FILE}${file}`;
    api.answer = (url) =>
      url === OTHER ? 'https://a-1.example/p' : new BridgeError('file-not-found', 'gone');
    const cache = startCache(LENIENT, { isMissing: (url) => url !== OTHER });
    for (let file = 0; file < 5; file += 1) {
      await expect(cache.get(gone(file), VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
      await clock.advance(1000);
    }
    const retryAt = clock.now() + MINUTE - 5000;
    await expect(cache.get(gone(5), VIEWER)).rejects.toMatchObject({ kind: 'rate-limited', retryAt });
    await expect(cache.get(OTHER, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
    expect(api.sent).toBe(6);
    await clock.advance(MINUTE - 5000);
    await expect(cache.get(gone(5), VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  test('a missing file says nothing about the others', async () => {
    api.answer = (url) =>
      url === FILE ? new BridgeError('file-not-found', 'gone') : 'https://a-1.example/p';
    const cache = startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toThrow(BridgeError);
    await expect(cache.get(OTHER, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
  });

  test('an invalid key stops the calls for every file', async () => {
    api.answer = () => new BridgeError('api-key-invalid', 'no such key');
    const cache = startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'api-key-invalid' });
    await expect(cache.get(OTHER, VIEWER)).rejects.toMatchObject({ kind: 'api-key-invalid' });
    expect(api.sent).toBe(1);
  });

  test('a flood lock stops the calls until it ends', async () => {
    const lock = new BridgeError('flood-locked', 'locked', retryIn(5 * MINUTE));
    api.answer = (_url, count) => (count === 1 ? lock : 'https://a-1.example/p');
    const cache = startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toBe(lock);
    await clock.advance(4 * MINUTE);
    await expect(cache.get(OTHER, VIEWER)).rejects.toBe(lock);
    expect(api.sent).toBe(1);
    await clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
  });

  test('an older link nobody refused is used while the API is locked', async () => {
    const cache = startCache(DOCUMENTED);
    const link = await cache.get(FILE, VIEWER);
    await clock.advance(60 * MINUTE);
    api.answer = () => new BridgeError('flood-locked', 'locked', retryIn(5 * MINUTE));
    expect(await cache.get(FILE, VIEWER)).toEqual(link);
    cache.refuse(FILE, link);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'flood-locked' });
  });

  test('a link of a deleted file is not brought back', async () => {
    const cache = startCache(DOCUMENTED);
    await cache.get(FILE, VIEWER);
    await clock.advance(60 * MINUTE);
    api.answer = () => new BridgeError('file-not-found', 'gone');
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  test('fresh links that are refused again and again stop being minted', async () => {
    const cache = startCache();
    const mintAndRefuse = async (): Promise<void> => cache.refuse(FILE, await cache.get(FILE, VIEWER));
    for (let count = 0; count < 3; count += 1) await mintAndRefuse();
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'link-refused' });
    expect(api.sent).toBe(3);
    await clock.advance(MINUTE);
    await mintAndRefuse();
    await clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'link-refused' });
    expect(api.sent).toBe(4);
  });

  test('a failure for which nobody waits any more is no unhandled rejection', async () => {
    api.answer = null;
    const cache = startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const [call] = api.pending;
    call?.send();
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    call?.fail(new BridgeError('upstream-unavailable', 'down'));
    await clock.advance(0);
    expect(cache.stats().failed).toBe(1);
  });
});
