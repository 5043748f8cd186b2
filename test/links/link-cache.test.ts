import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { LinkStore } from '../../src/links/link-store.ts';
import { DOCUMENTED, FILE, LENIENT, LinkRig, MINUTE, VIEWER } from './link-rig.ts';

let rig: LinkRig;

beforeEach(() => {
  rig = new LinkRig();
});

afterEach(() => rig.database.close());

describe('one call for many', () => {
  test('100 concurrent first readers of one file cost one call', async () => {
    const cache = rig.startCache();
    const links = await Promise.all(Array.from({ length: 100 }, () => cache.get(FILE, VIEWER)));
    expect(new Set(links.map((link) => link.address)).size).toBe(1);
    expect(rig.api.sent).toBe(1);
  });

  test('100 readers refused with the same link cost one more call', async () => {
    const cache = rig.startCache();
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
    expect(rig.api.sent).toBe(2);
  });

  test('one who leaves takes nothing from the others', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const stays = cache.get(FILE, VIEWER);
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    rig.api.pending[0]?.succeed('https://a-1.example/p1');
    expect((await stays).address).toBe('https://a-1.example/p1');
    expect(rig.api.dropped).toBe(0);
  });

  test('a queued call is dropped when the last one waiting leaves', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const leavers = [new AbortController(), new AbortController()];
    const left = leavers.map(({ signal }) => cache.get(FILE, { priority: 'viewer', signal }));
    for (const leaver of leavers) leaver.abort();
    for (const get of left) await expect(get).rejects.toMatchObject({ kind: 'cancelled' });
    expect(rig.api.dropped).toBe(1);
    expect(rig.api.sent).toBe(0);
  });

  test('a call already sent is let finish for whoever comes next', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const [call] = rig.api.pending;
    call?.send();
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    call?.succeed('https://a-1.example/p1');
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p1');
    expect(rig.api.sent).toBe(1);
  });

  test('a viewer who joins a queued prefetch moves it forward, and one call is sent all told', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const prefetched = cache.get(FILE, { priority: 'prefetch' });
    const watched = cache.get(FILE, VIEWER);
    expect(rig.api.pending.map((call) => call.priority)).toEqual(['viewer']);
    rig.api.pending[0]?.succeed('https://a-1.example/p1');
    expect((await prefetched).address).toBe((await watched).address);
    expect(rig.api.sent).toBe(1);
  });

  test('a viewer who joins a prefetch already sent waits for it', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const prefetched = cache.get(FILE, { priority: 'prefetch' });
    rig.api.pending[0]?.send();
    const watched = cache.get(FILE, VIEWER);
    expect(rig.api.pending).toHaveLength(1);
    rig.api.pending[0]?.succeed('https://a-1.example/p1');
    await Promise.all([prefetched, watched]);
    expect(rig.api.sent).toBe(1);
  });
});

describe('life of a link', () => {
  test('a documented link is renewed when it was not used within five minutes', async () => {
    const cache = rig.startCache(DOCUMENTED);
    await cache.get(FILE, VIEWER);
    await rig.clock.advance(4 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(1);
    await rig.clock.advance(MINUTE);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(2);
  });

  test('a documented link in use serves for half an hour from its first use', async () => {
    const cache = rig.startCache(DOCUMENTED);
    const link = await cache.get(FILE, VIEWER);
    await rig.clock.advance(3 * MINUTE);
    cache.accept(FILE, link);
    await rig.clock.advance(27 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(1);
    await rig.clock.advance(3 * MINUTE);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(2);
  });

  test('a lenient link serves until it is refused', async () => {
    const cache = rig.startCache(LENIENT);
    const link = await cache.get(FILE, VIEWER);
    await rig.clock.advance(7 * 60 * MINUTE);
    expect(await cache.get(FILE, VIEWER)).toEqual(link);
    cache.refuse(FILE, link);
    expect(await cache.get(FILE, VIEWER)).not.toEqual(link);
  });

  test('a clock set back by an hour costs one more call and no failure', async () => {
    const cache = rig.startCache();
    await cache.get(FILE, VIEWER);
    const now = rig.clock.now();
    rig.clock.now = () => now - 60 * MINUTE;
    await cache.get(FILE, VIEWER);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(2);
  });

  test('the true life of links is learned', async () => {
    const cache = rig.startCache();
    const link = await cache.get(FILE, VIEWER);
    await rig.clock.advance(40 * MINUTE);
    cache.accept(FILE, link);
    await rig.clock.advance(20 * MINUTE);
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
    const cache = rig.startCache();
    const link = await cache.get(FILE, VIEWER);
    const first = await cache.use(FILE, link, stays());
    const others = Array.from({ length: 20 }, () => cache.use(FILE, link, stays()));
    cache.refuse(FILE, link);
    first?.over();
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, () => null));
  });

  test('lets all others go once the storage host has taken it', async () => {
    const cache = rig.startCache();
    const link = await cache.get(FILE, VIEWER);
    const first = await cache.use(FILE, link, stays());
    const others = Array.from({ length: 20 }, () => cache.use(FILE, link, stays()));
    cache.accept(FILE, link);
    first?.over();
    expect(await Promise.all(others)).not.toContain(null);
  });

  test('passes to the next when it ends without an answer, one at a time', async () => {
    const cache = rig.startCache();
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
    const cache = rig.startCache();
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
    const cache = rig.startCache();
    const link = await cache.get(FILE, VIEWER);
    cache.doubt(FILE, link);
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p2');
  });

  test('is given again where no other is to be had, and never counts as refused', async () => {
    const cache = rig.startCache();
    for (let round = 0; round < 5; round += 1) cache.doubt(FILE, await cache.get(FILE, VIEWER));
    const last = await cache.get(FILE, VIEWER);
    cache.doubt(FILE, last);
    rig.api.answer = () => new BridgeError('flood-locked', 'locked');
    expect(await cache.get(FILE, VIEWER)).toBe(last);
    expect(cache.stats().refused).toBe(0);
  });
});

describe('restart', () => {
  test('links survive it, with their use', async () => {
    const before = rig.startCache(DOCUMENTED);
    const link = await before.get(FILE, VIEWER);
    before.accept(FILE, link);
    await rig.clock.advance(20 * MINUTE);
    expect(await rig.startCache(DOCUMENTED).get(FILE, VIEWER)).toEqual(link);
    expect(rig.api.sent).toBe(1);
  });

  test('a refused link does not come back', async () => {
    const before = rig.startCache();
    const link = await before.get(FILE, VIEWER);
    before.refuse(FILE, link);
    expect(await rig.startCache().get(FILE, VIEWER)).not.toEqual(link);
  });

  test('links of last week are gone', async () => {
    await rig.startCache().get(FILE, VIEWER);
    await rig.clock.advance(8 * 24 * 60 * MINUTE);
    rig.startCache();
    expect(new LinkStore(rig.database).find(FILE)).toBeNull();
  });

  test('a store that fails costs nothing but its memory', async () => {
    const cache = rig.startCache();
    rig.database.exec('DROP TABLE links');
    await cache.get(FILE, VIEWER);
    await cache.get(FILE, VIEWER);
    expect(rig.api.sent).toBe(1);
    expect(rig.storeFailures.length).toBeGreaterThan(0);
  });
});
