import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { MediaServer } from '../../src/notify/media-server.ts';
import type { PathChange } from '../../src/notify/notifier.ts';
import { ServerNotifier } from '../../src/notify/server-notifier.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DELAY = 10_000;

class FakeServer implements MediaServer {
  readonly name: string;
  readonly told: string[][] = [];
  /** Thrown by the next tries, in turn. */
  readonly failures: BridgeError[] = [];
  /** What holds up every try. */
  gate: Promise<void> | null = null;

  constructor(name: string) {
    this.name = name;
  }

  async tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void> {
    if (this.gate !== null) await Promise.race([this.gate, aborted(signal)]);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.told.push(changes.map(({ path }) => path));
  }

  greet(): Promise<never> {
    return Promise.reject(new Error('not asked for here'));
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new BridgeError('cancelled', 'given up')), { once: true });
  });
}

function away(): BridgeError {
  return new BridgeError(
    'server-unreachable',
    'Jellyfin at http://jellyfin:8096 does not answer (ECONNREFUSED)',
  );
}

interface Setup {
  readonly clock: FakeClock;
  readonly servers: readonly FakeServer[];
  readonly notifier: ServerNotifier;
  readonly logged: object[];
}

function setUp(names: readonly string[] = ['Jellyfin'], random = () => 1): Setup {
  const clock = new FakeClock();
  const servers = names.map((name) => new FakeServer(name));
  const logged: object[] = [];
  const log = (line: object): void => void logged.push(line);
  const notifier = new ServerNotifier(
    servers.map((server) => ({ server, toServerPath: (path) => path.replace('/data', '/media') })),
    { clock, random, logger: { info: log, warn: log }, delayMs: DELAY },
  );
  return { clock, servers, notifier, logged };
}

function created(...paths: string[]): { paths: PathChange[] } {
  return { paths: paths.map((path) => ({ path, kind: 'created' })) };
}

describe('what changed', () => {
  it('is told in one go, once nothing more has come for the delay, by the paths of the server', async () => {
    const { clock, servers, notifier } = setUp();
    notifier.changed(created('/data/a.strm'));
    await clock.advance(DELAY - 1);
    notifier.changed(created('/data/b.strm'));
    await clock.advance(DELAY - 1);
    expect(servers[0]?.told).toEqual([]);
    await clock.advance(1);
    expect(servers[0]?.told).toEqual([['/media/a.strm', '/media/b.strm']]);
  });

  it('is told after six delays though changes go on', async () => {
    const { clock, servers, notifier } = setUp();
    for (let elapsed = 0; elapsed < 6 * DELAY; elapsed += DELAY / 2) {
      expect(servers[0]?.told).toEqual([]);
      notifier.changed(created(`/data/${elapsed}.strm`));
      await clock.advance(DELAY / 2);
    }
    expect(servers[0]?.told).toHaveLength(1);
  });

  it('is not told when nothing changed', async () => {
    const { clock, servers, notifier } = setUp();
    notifier.changed({ paths: [] });
    await clock.advance(10 * DELAY);
    expect(servers[0]?.told).toEqual([]);
    expect(notifier.status()[0]).toMatchObject({ queued: 0, nextTryAt: null });
  });

  it('that comes while a server is being told is told next', async () => {
    const { clock, servers, notifier } = setUp();
    const [server] = servers;
    let release = (): void => undefined;
    if (server !== undefined) server.gate = new Promise((resolve) => (release = resolve));
    notifier.changed(created('/data/a.strm'));
    await clock.advance(DELAY);
    notifier.changed(created('/data/b.strm'));
    await clock.advance(10 * DELAY);
    expect(server?.told).toEqual([]);
    release();
    await clock.advance(DELAY);
    expect(server?.told).toEqual([['/media/a.strm'], ['/media/b.strm']]);
  });
});

describe('a server that is away', () => {
  it('is tried again after pauses that double, and then told everything at once', async () => {
    const { clock, servers, notifier } = setUp();
    servers[0]?.failures.push(away(), away(), away());
    notifier.changed(created('/data/a.strm'));
    await clock.advance(DELAY);
    const pauses: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      const { nextTryAt } = notifier.status()[0] ?? {};
      const pause = (nextTryAt ?? 0) - clock.now();
      pauses.push(pause);
      notifier.changed(created(`/data/${failure}.strm`));
      await clock.advance(pause);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000]);
    expect(servers[0]?.told).toEqual([['/media/a.strm', '/media/0.strm', '/media/1.strm', '/media/2.strm']]);
  });

  it('is waited for at most a quarter of an hour at a time, with jitter down to half', async () => {
    const { clock, servers, notifier } = setUp(['Jellyfin'], () => 0);
    servers[0]?.failures.push(...Array.from({ length: 12 }, away));
    notifier.changed(created('/data/a.strm'));
    await clock.advance(DELAY);
    expect((notifier.status()[0]?.nextTryAt ?? 0) - clock.now()).toBe(2_500);
    await clock.advance(3_600_000);
    expect((notifier.status()[0]?.nextTryAt ?? 0) - clock.now()).toBeLessThanOrEqual(450_000);
  });

  it('shows in its status what is wrong and what waits, until it is told', async () => {
    const { clock, servers, notifier } = setUp();
    servers[0]?.failures.push(away());
    notifier.changed(created('/data/a.strm', '/data/b.strm'));
    await clock.advance(DELAY);
    expect(notifier.status()).toEqual([
      {
        server: 'Jellyfin',
        lastSuccessAt: null,
        lastError: { at: clock.now(), message: away().message, hint: away().hint },
        queued: 2,
        nextTryAt: clock.now() + 5_000,
      },
    ]);
    await clock.advance(5_000);
    expect(notifier.status()).toEqual([
      { server: 'Jellyfin', lastSuccessAt: clock.now(), lastError: null, queued: 0, nextTryAt: null },
    ]);
  });

  it('holds up no other', async () => {
    const { clock, servers, notifier } = setUp(['Jellyfin', 'Plex']);
    servers[0]?.failures.push(away(), away());
    notifier.changed(created('/data/a.strm'));
    await clock.advance(DELAY);
    expect(servers.map(({ told }) => told.length)).toEqual([0, 1]);
  });
});

it('does not repeat what a server refuses, but says so', async () => {
  const { clock, servers, notifier, logged } = setUp();
  servers[0]?.failures.push(new BridgeError('server-refused', 'Jellyfin does not accept the key (401)'));
  notifier.changed(created('/data/a.strm'));
  await clock.advance(100 * DELAY);
  expect(servers[0]?.told).toEqual([]);
  expect(notifier.status()[0]).toMatchObject({
    queued: 0,
    lastError: { message: 'Jellyfin does not accept the key (401)' },
  });
  expect(logged).toEqual([expect.objectContaining({ server: 'Jellyfin', paths: 1 })]);
  notifier.changed(created('/data/b.strm'));
  await clock.advance(DELAY);
  expect(servers[0]?.told).toEqual([['/media/b.strm']]);
});

it('tells at once when asked to flush, with one try', async () => {
  const { servers, notifier } = setUp(['Jellyfin', 'Plex']);
  servers[1]?.failures.push(away());
  notifier.changed(created('/data/a.strm'));
  await notifier.flush();
  expect(servers.map(({ told }) => told.length)).toEqual([1, 0]);
  expect(notifier.status().map(({ queued }) => queued)).toEqual([0, 1]);
});

it('waits for a flush no longer than its caller does', async () => {
  const { servers, notifier } = setUp();
  const stop = new AbortController();
  if (servers[0] !== undefined) servers[0].gate = new Promise(() => undefined);
  notifier.changed(created('/data/a.strm'));
  const flushed = notifier.flush(stop.signal);
  stop.abort();
  await expect(flushed).rejects.toThrow();
});

it('tells what waits before it closes, within a few seconds', async () => {
  const { clock, servers, notifier } = setUp(['Jellyfin', 'Plex']);
  if (servers[1] !== undefined) servers[1].gate = new Promise(() => undefined);
  notifier.changed(created('/data/a.strm'));
  const closed = notifier.close();
  await clock.advance(5_000);
  await closed;
  expect(servers.map(({ told }) => told.length)).toEqual([1, 0]);
  notifier.changed(created('/data/b.strm'));
  await clock.advance(100 * DELAY);
  expect(servers[0]?.told).toHaveLength(1);
});
