import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { getRange, type WholeBridge } from '../support/whole-bridge.ts';
import { ChildStage, type ChildBridge } from './child-bridge.ts';
import { FILM, FILM_SIZE, startCinema } from './playing.ts';

const MIB = 1024 * 1024;
const LONG_SIZE = 96 * MIB;
const LONG = '/library/long.mkv';
const SHORT_SIZE = 8 * MIB;
const SHORT = '/library/short.mkv';

let stage: ChildStage;

beforeEach(async () => {
  stage = await ChildStage.set((account) => {
    account.addFile(0, 'long.mkv', syntheticContent('long', LONG_SIZE));
    account.addFile(0, 'short.mkv', syntheticContent('short', SHORT_SIZE));
  });
});

afterEach(async () => {
  await stage.clear();
});

/** A viewer of the long film, who checks every byte. */
class Viewer {
  readonly #body: AsyncIterator<Buffer>;
  position = 0;

  private constructor(body: AsyncIterable<Buffer>) {
    this.#body = body[Symbol.asyncIterator]();
  }

  static async of(from: ChildBridge): Promise<Viewer> {
    const { status, body } = await from.open(LONG);
    expect(status).toBe(200);
    const viewer = new Viewer(body);
    await viewer.watchTo(1);
    return viewer;
  }

  async watchTo(position: number): Promise<void> {
    while (this.position < position) {
      const next = await this.#body.next();
      if (next.done === true) break;
      const end = this.position + next.value.length;
      expect(next.value.equals(syntheticBytes('long', this.position, end))).toBe(true);
      this.position = end;
    }
  }

  async watchToEnd(): Promise<void> {
    await this.watchTo(LONG_SIZE + 1);
    expect(this.position).toBe(LONG_SIZE);
  }
}

async function expectShortFilm(from: ChildBridge): Promise<void> {
  const { status, body } = await from.get(SHORT);
  expect(status).toBe(200);
  expect(body.equals(syntheticBytes('short', 0, SHORT_SIZE))).toBe(true);
}

describe('SIGTERM in mid-body', () => {
  test('lets the film play to its end, takes no new clients, then stops', async () => {
    const child = await stage.start({ env: { BRIDGE_DRAIN_TIME: '60s' } });
    await child.found(LONG);
    const viewer = await Viewer.of(child);
    child.signal('SIGTERM');
    await vi.waitFor(() => expect(child.logged).toContain('waiting for answers under way'), 10_000);
    const refused = await child.open(SHORT).catch(() => null);
    expect(refused?.status ?? 503).toBe(503);
    expect(child.running).toBe(true);
    await viewer.watchToEnd();
    expect(await child.ended()).toBe(0);
    await vi.waitFor(() => expect(stage.emulator.activeTransfers()).toBe(0), 10_000);
  }, 60_000);

  test('cuts a film that does not end within BRIDGE_DRAIN_TIME, and stops', async () => {
    const child = await stage.start({ env: { BRIDGE_DRAIN_TIME: '1s' } });
    await child.found(LONG);
    const viewer = await Viewer.of(child);
    child.signal('SIGTERM');
    expect(await child.ended()).toBe(0);
    expect(child.logged).toContain('cutting what did not end in time');
    await expect(viewer.watchToEnd()).rejects.toThrow();
  }, 60_000);
});

describe('kill -9', () => {
  test('while the cache and the catalogue are written costs no byte of the next runs', async () => {
    const random = seededRandom(3);
    for (let kill = 0; kill < 6; kill += 1) {
      const folder = stage.emulator.account.addFolder(0, `season ${kill}`);
      stage.emulator.account.addFile(folder, 'episode.mkv', syntheticContent(kill, MIB));
      const child = await stage.start();
      await child.found(LONG);
      const viewer = await Viewer.of(child);
      void child.post('/api/v1/refresh', { path: '/', recursive: true }).catch(() => undefined);
      await viewer.watchTo(Math.floor(random() * LONG_SIZE * 0.8));
      await wait(Math.floor(random() * 50));
      await child.stop('SIGKILL');
    }
    const child = await stage.start();
    const viewer = await Viewer.of(child);
    await viewer.watchToEnd();
    await expectShortFilm(child);
    expect(child.logged).not.toContain('damaged');
    // A folder is listed at most once in 30 seconds, and that memory outlives a kill too: the refresh waits its turn.
    expect(await child.post('/api/v1/refresh', { path: '/', recursive: true })).toBe(200);
    await child.found('/library/season%205/episode.mkv');
  }, 180_000);
});

describe('file descriptors that run out', () => {
  test('leave the film under way untouched, and new clients are served again once there are some', async () => {
    const child = await stage.start();
    await child.found(LONG);
    const viewer = await Viewer.of(child);
    const limit = child.limitDescriptors(8);
    const crowd = await Promise.all(Array.from({ length: 80 }, () => child.open(SHORT).catch(() => null)));
    // accept() fails with EMFILE, whereupon the connection is closed: that is how it shows on this side.
    expect(crowd.filter((open) => open === null).length, 'clients turned away').toBeGreaterThan(40);
    expect(child.usage()?.descriptors).toBeGreaterThanOrEqual(limit - 1);
    await viewer.watchTo(LONG_SIZE / 2);
    for (const open of crowd) {
      if (open === null) continue;
      expect([200, 502, 503, 504]).toContain(open.status);
      for await (const chunk of open.body) if (chunk.length === 0) break;
    }
    await viewer.watchToEnd();
    await vi.waitFor(() => expectShortFilm(child), { timeout: 20_000, interval: 200 });
    expect(child.running).toBe(true);
  }, 90_000);
});

describe('a crawl of many folders and 50 viewers together', () => {
  test('the viewers go first: their links do not queue behind the crawl', async () => {
    const films = 25;
    for (let film = 0; film < films; film += 1) {
      stage.emulator.account.addFile(0, `film ${film}.mkv`, syntheticContent(film, 64 * MIB));
    }
    for (let folder = 0; folder < 500; folder += 1) stage.emulator.account.addFolder(0, `folder ${folder}`);
    const child = await stage.start();
    await child.found('/library/film%200.mkv');
    // The calls that may go out at once are used up by the crawl.
    await vi.waitFor(() => expect(stage.emulator.counts().api['folder/ls']).toBeGreaterThan(8), 20_000);
    const before = stage.emulator.counts().api['folder/ls'] ?? 0;
    const viewers = Array.from({ length: 2 * films }, async (_, viewer) => {
      const film = viewer % films;
      const { status, body } = await child.get(`/library/film%20${film}.mkv`, 'bytes=1000000-1099999');
      expect(status).toBe(206);
      expect(body.equals(syntheticBytes(film, 1_000_000, 1_100_000))).toBe(true);
    });
    await Promise.all(viewers);
    const { api } = stage.emulator.counts();
    expect(api['get_token']).toBe(films);
    // What was on its way when they came, and what goes once the last link is there.
    expect((api['folder/ls'] ?? 0) - before).toBeLessThan(films / 2);
    await vi.waitFor(
      () => expect(stage.emulator.counts().api['folder/ls']).toBeGreaterThan(before + 3),
      20_000,
    );
  }, 90_000);
});

describe('the clock of the machine jumps', () => {
  let whole: WholeBridge;
  let offset = 0;

  beforeEach(async () => {
    offset = 0;
    whole = await startCinema({ clock: { ...systemClock, now: () => systemClock.now() + offset } });
    whole.emulator.resetCounts();
  });

  afterEach(async () => {
    await whole.close();
  });

  const HOUR = 60 * 60 * 1000;
  test.each([
    ['an hour ahead', HOUR],
    ['an hour back', -HOUR],
  ])('%s: the film goes on, for one more link at most', async (_, jump) => {
    const third = Math.floor(FILM_SIZE / 3);
    const answer = await whole.pool.request({ method: 'GET', path: FILM });
    let position = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (position < third && position + chunk.length >= third) offset = jump;
      expect(chunk.equals(syntheticBytes('film', position, position + chunk.length))).toBe(true);
      position += chunk.length;
    }
    expect(position).toBe(FILM_SIZE);
    const again = await getRange(whole, FILM, 100, third);
    expect(again.body.equals(syntheticBytes('film', 100, third))).toBe(true);
    expect(whole.emulator.counts().api['get_token']).toBeLessThanOrEqual(2);
  });
});
