import { MockAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import type { StorageFaultInput } from '../../src/emulator/storage-faults.ts';
import type { LinkSource } from '../../src/links/link.ts';
import { ConnectionBudget } from '../../src/streaming/connection-budget.ts';
import { UpstreamReader } from '../../src/streaming/upstream-reader.ts';
import { fastClock } from '../support/fast-clock.ts';
import { getRange, type WholeBridge } from '../support/whole-bridge.ts';
import { expectCut, expectRefusal, expectUnbroken, FILM, MIDDLE, startCinema } from './playing.ts';

const MIB = 1024 * 1024;

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startCinema();
  whole.emulator.resetCounts();
});

afterEach(async () => {
  await whole.close();
});

const CUT: StorageFaultInput = { kind: 'reset', afterBytes: MIDDLE };
/** These say that the link is no good. */
const REFUSALS = [401, 403, 404, 410, 416] as const;
/** These say that the host is in trouble: the link is kept. */
const TROUBLES = [429, 500, 502, 503, 504, 509] as const;

describe('the film goes on, and nobody notices, when the storage host', () => {
  test.each(REFUSALS)('refuses the link with %i before the first byte', async (status) => {
    whole.emulator.faults.next({ kind: 'status', status });
    await expectUnbroken(whole, { links: 2 });
  });

  test.each(REFUSALS)('breaks off in mid-body and then refuses the link with %i', async (status) => {
    whole.emulator.faults.next(CUT);
    whole.emulator.faults.next({ kind: 'status', status });
    await expectUnbroken(whole, { links: 2 });
  });

  test.each(TROUBLES)('answers %i before the first byte', async (status) => {
    whole.emulator.faults.next({ kind: 'status', status }, {}, 2);
    await expectUnbroken(whole, { links: 1 });
  });

  test.each(TROUBLES)('breaks off in mid-body and then answers %i', async (status) => {
    whole.emulator.faults.next(CUT);
    whole.emulator.faults.next({ kind: 'status', status }, {}, 2);
    await expectUnbroken(whole, { links: 1 });
  });

  test('lets the link expire before the first byte', async () => {
    whole.emulator.faults.next({ kind: 'expire' });
    await expectUnbroken(whole, { links: 2 });
  });

  test('lets a fresh link expire for eight who read at once, and only one of them is refused', async () => {
    whole.emulator.faults.next({ kind: 'expire' });
    const seats = Array.from({ length: 8 }, (_, seat) => seat * MIB);
    const answers = await Promise.all(seats.map((at) => getRange(whole, FILM, at, at + 1000)));
    for (const [seat, { body }] of answers.entries()) {
      expect(body.equals(syntheticBytes('film', seat * MIB, seat * MIB + 1000))).toBe(true);
    }
    expect(whole.emulator.counts().storageStatuses['410']).toBe(1);
    expect(whole.emulator.counts().api['get_token']).toBe(2);
  });

  test('lets the link expire in mid-body', async () => {
    whole.emulator.faults.next(CUT);
    whole.emulator.faults.next({ kind: 'expire' });
    await expectUnbroken(whole, { links: 2 });
  });

  const transport: readonly (readonly [string, StorageFaultInput])[] = [
    ['resets the connection at the start', { kind: 'reset' }],
    ['resets the connection in mid-body', CUT],
    ['resets the connection at the last byte', { kind: 'reset', afterBytes: 'last' }],
    ['falls silent before its answer', { kind: 'stall' }],
    ['falls silent after its headers', { kind: 'stall', headers: true }],
    ['falls silent in mid-body', { kind: 'stall', afterBytes: MIDDLE }],
    ['drips one byte a second from the start', { kind: 'drip', bytesPerSecond: 1 }],
    ['drips one byte a second from the middle', { kind: 'drip', bytesPerSecond: 1, afterBytes: MIDDLE }],
    ['sends a shorter body than promised', { kind: 'short', afterBytes: MIDDLE }],
    ['sends a longer body than promised', { kind: 'long' }],
  ];
  test.each(transport)('%s', async (_, fault) => {
    whole.emulator.faults.next(fault);
    await expectUnbroken(whole, { links: 1 });
  });

  const lies: readonly (readonly [string, StorageFaultInput])[] = [
    ['sends a part that is shorter than asked for', { kind: 'clipped', missingBytes: 1000 }],
    ['sends another part than asked for', { kind: 'wrong-range' }],
    ['sends the whole file for a range', { kind: 'whole' }],
    ['compresses the body', { kind: 'gzip' }],
    ['sends a page with status 200', { kind: 'html' }],
    ['redirects once', { kind: 'redirect', to: 'elsewhere' }],
    ['redirects in a loop', { kind: 'redirect', to: 'loop' }],
    ['redirects to a sign-in page', { kind: 'redirect', to: 'sign-in' }],
    ['redirects to a name that does not exist', { kind: 'redirect', to: 'http://nowhere.invalid/p1' }],
  ];
  test.each(lies)('%s', async (_, fault) => {
    whole.emulator.faults.next(fault);
    await expectUnbroken(whole, { links: 2 });
  });

  test.each(lies)('%s in mid-body', async (_, fault) => {
    whole.emulator.faults.next(CUT);
    whole.emulator.faults.next(fault);
    await expectUnbroken(whole, { links: 2 });
  });

  test('cannot be connected to for twenty seconds', async () => {
    await whole.emulator.refuseStorageConnections();
    setTimeout(() => void whole.emulator.acceptStorageConnections(), 1000);
    await expectUnbroken(whole, { links: 2 });
  });

  test('speaks no TLS at an https address', async () => {
    const tls = whole.emulator.storageUrl.replace('http:', 'https:');
    whole.emulator.faults.next({ kind: 'redirect', to: `${tls}/p1` });
    await expectUnbroken(whole, { links: 2 });
  });
});

describe('the failure is said, in time and without wrong bytes, when the storage host', () => {
  test('refuses every link', async () => {
    whole.emulator.faults.always({ kind: 'status', status: 403 });
    await expectRefusal(whole, 502, 'link-refused');
    expect(whole.emulator.counts().api['get_token']).toBeLessThanOrEqual(4);
  });

  test('never answers, until patience ends', async () => {
    whole.emulator.faults.always({ kind: 'stall' });
    await expectRefusal(whole, 504, 'patience-exhausted');
  });

  test('falls silent for good in mid-body: the connection is cut, and the reason is on record', async () => {
    whole.emulator.faults.next(CUT);
    whole.emulator.faults.always({ kind: 'stall' });
    await expectCut(whole);
    const answer = await whole.pool.request({ method: 'GET', path: '/api/v1/streams' });
    expect(JSON.stringify(await answer.body.json())).toContain('patience-exhausted');
    expect(whole.logged.join('\n')).toContain('patience-exhausted');
  });
});

describe('a storage host of 1fichier that redirects into a private network', () => {
  const PUBLIC = 'https://a-1.1fichier.com';
  const links: LinkSource = {
    get: () => Promise.resolve({ address: `${PUBLIC}/p1`, mintedAt: 0 }),
    refuse: () => undefined,
    use: () => Promise.resolve({ over: () => undefined }),
    doubt: () => undefined,
    accept: () => undefined,
  };
  const file = {
    ...{ id: 'film', version: 'v1', size: 1000, url: 'https://1fichier.com/?film' },
    ...{ name: 'film.mkv', contentType: 'video/x-matroska' },
  };

  test.each([
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'http://[::1]:8080',
    'http://[::ffff:10.0.0.1]:8080',
    'http://192.168.1.1',
    'http://169.254.169.254',
  ])('to %s is not followed', async (target) => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    let asked = 0;
    const redirect = {
      statusCode: 302,
      data: '',
      responseOptions: { headers: { location: `${target}/p1` } },
    };
    dispatcher
      .get(PUBLIC)
      .intercept({ path: '/p1' })
      .reply(() => redirect)
      .persist();
    dispatcher
      .get(new URL(target).origin)
      .intercept({ path: '/p1' })
      .reply(() => ({ statusCode: 200, data: `${(asked += 1)}` }))
      .persist();
    const clock = fastClock(20);
    const upstream = new UpstreamReader({
      ...{ links, dispatcher, clock, random: seededRandom(1), allowPrivateHosts: false },
      budget: new ConnectionBudget(clock, { total: 1, perFile: 1 }),
      ...{ patienceMs: 60_000, stallMs: 15_000 },
    });
    const bytes = upstream.read(file, { start: 0, end: 1000 }, { priority: 'viewer' });
    await expect(bytes.next()).rejects.toMatchObject({
      kind: 'link-refused',
      message: 'the storage host redirected into a private network',
    });
    expect(asked).toBe(0);
    await dispatcher.close();
  });
});
