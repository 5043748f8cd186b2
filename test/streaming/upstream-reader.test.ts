import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from 'undici';
import { systemClock } from '../../src/clock.ts';
import { BridgeError } from '../../src/errors.ts';
import type { DirectLink, LinkSource } from '../../src/links/link.ts';
import type { LinkUse } from '../../src/links/link-trials.ts';
import { ConnectionBudget } from '../../src/streaming/connection-budget.ts';
import type { Content, Healing } from '../../src/streaming/content.ts';
import { createStorageDispatcher } from '../../src/streaming/storage-dispatcher.ts';
import type { UpstreamReadParts } from '../../src/streaming/upstream-read.ts';
import { UpstreamReader } from '../../src/streaming/upstream-reader.ts';
import { contentOf, ScriptedStorage, status, type Behaviour } from './scripted-storage.ts';

const SIZE = 3_000_000;
const BYTES = contentOf(SIZE);
const FILE: Content = {
  id: 'a'.repeat(20),
  version: 'v1',
  size: SIZE,
  url: 'https://1fichier.com/?aaaaaaaaaaaaaaaaaaaa',
  name: 'film.mkv',
  contentType: 'video/x-matroska',
};

/** Links to the storage host; counts what is minted, as the link cache would. */
class CountingLinks implements LinkSource {
  minted = 0;
  accepted = 0;
  failures: BridgeError[] = [];
  address: (count: number) => string;
  #current: DirectLink | null = null;

  constructor(address: (count: number) => string) {
    this.address = address;
  }

  get(): Promise<DirectLink> {
    if (this.#current !== null) return Promise.resolve(this.#current);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    this.minted += 1;
    this.#current = { address: this.address(this.minted), mintedAt: this.minted };
    return Promise.resolve(this.#current);
  }

  use(): Promise<LinkUse> {
    return Promise.resolve({ over: () => undefined });
  }

  doubt(_: string, link: DirectLink): void {
    this.refuse(_, link);
  }

  refuse(_: string, link: DirectLink): void {
    if (link === this.#current) this.#current = null;
  }

  accept(): void {
    this.accepted += 1;
  }
}

let storage: ScriptedStorage;
let dispatcher: Agent;
let links: CountingLinks;
let budget: ConnectionBudget;
let healings: Healing[];

beforeEach(async () => {
  storage = new ScriptedStorage(BYTES);
  await storage.start();
  dispatcher = createStorageDispatcher({ allowPrivateHosts: true, connections: 12, connectTimeoutMs: 5_000 });
  links = new CountingLinks((count) => `${storage.url}/p${count}`);
  budget = new ConnectionBudget(systemClock, { total: 12, perFile: 3 });
  healings = [];
});

afterEach(async () => {
  await dispatcher.destroy();
  await storage.stop();
  expect(budget.open).toBe(0);
  expect(budget.waiting).toBe(0);
});

function reader(options: Partial<UpstreamReadParts> = {}): UpstreamReader {
  return new UpstreamReader({
    links,
    dispatcher,
    budget,
    clock: systemClock,
    random: () => 0,
    stallMs: 10_000,
    patienceMs: 60_000,
    allowPrivateHosts: true,
    ...options,
  });
}

async function read(
  start = 0,
  end = SIZE,
  options: Partial<UpstreamReadParts> = {},
  content = FILE,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const request = { priority: 'viewer', onHealed: (healing: Healing) => healings.push(healing) } as const;
  for await (const chunk of reader(options).read(content, { start, end }, request)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function expectExact(start = 0, end = SIZE, options: Partial<UpstreamReadParts> = {}): Promise<void> {
  const bytes = await read(start, end, options);
  expect(bytes.equals(BYTES.subarray(start, end))).toBe(true);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const cutAfter =
  (bytes: number): Behaviour =>
  (response, range) => {
    storage.head(response, range);
    response.flushHeaders();
    if (bytes === 0) {
      response.socket?.resetAndDestroy();
      return;
    }
    response.write(BYTES.subarray(range.start, range.start + bytes), () => {
      setImmediate(() => response.socket?.destroy());
    });
  };

describe('a healthy storage host', () => {
  test('a range is asked for as it is, without credentials or compression', async () => {
    await expectExact(1000, 2_500_000);
    expect(storage.requests).toHaveLength(1);
    expect(storage.requests[0]?.range).toBe('bytes=1000-2499999');
    expect(storage.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(storage.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(links.accepted).toBe(1);
    expect(healings).toEqual([]);
  });

  test('a connection read to its end serves the next request', async () => {
    for (let count = 0; count < 20; count += 1) await expectExact(count * 100_000, count * 100_000 + 700_000);
    // The one just used may not be free in the same turn of the event loop.
    expect(storage.connectionsOpened).toBeLessThanOrEqual(2);
  });

  test('no byte asked for costs no request', async () => {
    expect(await read(5, 5)).toHaveLength(0);
    expect(storage.requests).toHaveLength(0);
  });

  test('the whole file in place of its beginning is cut at the end of the range', async () => {
    storage.usual = (response) => response.writeHead(200, { 'content-length': SIZE }).end(BYTES);
    await expectExact(0, 1_000_000);
  });

  test('a shorter part than asked for is taken, and the rest asked for', async () => {
    storage.script.push((response, { start }) => storage.serve(response, { start, end: start + 1000 }));
    await expectExact(10, 5000);
    expect(storage.requests.map(({ range }) => range)).toEqual(['bytes=10-4999', 'bytes=1010-4999']);
  });
});

describe('a refused link', () => {
  for (const code of [401, 403, 404, 410]) {
    test(`${code} before the first byte brings one other link`, async () => {
      storage.script.push(status(code));
      await expectExact();
      expect(links.minted).toBe(2);
      expect(healings.map(({ action }) => action)).toEqual(['link-renewed']);
    });

    test(`${code} after a cut in the middle brings one other link and goes on at the exact byte`, async () => {
      storage.script.push(cutAfter(700_000), status(code));
      await expectExact();
      expect(links.minted).toBe(2);
    });
  }

  test('an HTML page with status 200 is never passed on', async () => {
    storage.script.push((response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Expired</h1>'),
    );
    await expectExact();
    expect(links.minted).toBe(2);
  });

  test('an HTML file of the library is served as what it is', async () => {
    storage.usual = (response, range) => {
      storage.head(response, range, { 'content-type': 'text/html' });
      response.end(BYTES.subarray(range.start, range.end));
    };
    const page = { ...FILE, contentType: 'text/html' };
    expect((await read(0, 1000, {}, page)).equals(BYTES.subarray(0, 1000))).toBe(true);
  });

  test('a redirect to a sign-in page brings another link', async () => {
    storage.script.push(status(302, { location: 'https://1fichier.com/login.pl' }));
    await expectExact();
    expect(links.minted).toBe(2);
  });

  test('fresh links refused again and again end the read after two renewals', async () => {
    storage.usual = status(403);
    await expect(read()).rejects.toMatchObject({ kind: 'link-refused' });
    expect(links.minted).toBe(3);
    expect(storage.requests).toHaveLength(4);
  });
});

describe('a storage host in trouble', () => {
  for (const code of [429, 500, 502, 503, 504, 509]) {
    test(`${code} is tried again by the same link`, async () => {
      storage.script.push(status(code));
      await expectExact();
      expect(links.minted).toBe(1);
      expect(healings.map(({ action }) => action)).toEqual(['retried']);
    });
  }

  for (const [place, bytes] of [
    ['first', 0],
    ['middle', 1_234_567],
    ['last', SIZE - 1],
  ] as const) {
    test(`a connection cut at the ${place} byte is resumed there`, async () => {
      storage.script.push(cutAfter(bytes));
      await expectExact();
      expect(links.minted).toBe(1);
    });
  }

  test('a body shorter than promised is resumed where it ended', async () => {
    storage.script.push((response, range) => {
      response.writeHead(206, { 'content-range': `bytes ${range.start}-${range.end - 1}/${SIZE}` });
      response.end(BYTES.subarray(range.start, range.start + 50_000));
    });
    await expectExact();
    expect(storage.requests.at(-1)?.range).toBe(`bytes=50000-${SIZE - 1}`);
  });

  test('a body longer than promised is cut at the end of the range', async () => {
    storage.script.push((response, range) => {
      response.writeHead(206, { 'content-range': `bytes ${range.start}-${range.end - 1}/${SIZE}` });
      response.end(BYTES.subarray(range.start));
    });
    await expectExact(0, 100_000);
  });

  test('a stalled body is dropped and resumed', async () => {
    storage.script.push((response, range) => storage.serve(response, range, 400_000));
    await expectExact(0, SIZE, { stallMs: 100 });
    expect(healings[0]?.action).toBe('resumed');
  });

  test('a host that takes the request and never answers is given up for another try', async () => {
    storage.script.push(() => undefined);
    await expectExact(0, SIZE, { stallMs: 100 });
  });

  test('a link that fails again and again is renewed, for another may lead to another host', async () => {
    links.address = (count) => (count === 1 ? 'http://127.0.0.1:1/p' : `${storage.url}/p`);
    await expectExact();
    expect(links.minted).toBe(2);
  });

  test('patience ends with the last reason', async () => {
    storage.usual = status(503);
    const failure = read(0, SIZE, { patienceMs: 300 });
    await expect(failure).rejects.toMatchObject({ kind: 'patience-exhausted' });
    await expect(failure).rejects.toThrow(/503/);
  });

  test('a host name that cannot be resolved is retried until patience ends', async () => {
    links.address = () => 'http://storage.invalid/p1';
    await expect(read(0, SIZE, { patienceMs: 300 })).rejects.toMatchObject({ kind: 'patience-exhausted' });
  });

  test('a host without TLS at an https link is retried until patience ends', async () => {
    links.address = () => `${storage.url.replace('http:', 'https:')}/p1`;
    await expect(read(0, SIZE, { patienceMs: 300 })).rejects.toMatchObject({ kind: 'patience-exhausted' });
  });
});

describe('a wrong answer', () => {
  const wrongRange =
    (value: string): Behaviour =>
    (response, range) => {
      storage.head(response, range, { 'content-range': value });
      response.end(BYTES.subarray(range.start, range.end));
    };

  test('another part than asked for is not passed on', async () => {
    storage.script.push(wrongRange(`bytes 0-99/${SIZE}`));
    await expectExact(100, 200);
  });

  test('a part that does not say which it is is not passed on', async () => {
    storage.script.push(wrongRange('nonsense'));
    await expectExact(100, 200);
  });

  test('the whole file in place of its middle is not passed on', async () => {
    storage.script.push((response) => response.writeHead(200, { 'content-length': SIZE }).end(BYTES));
    await expectExact(100, 200_000);
  });

  test('an encoded body is not passed on', async () => {
    storage.script.push((response, range) => {
      storage.head(response, range, { 'content-encoding': 'gzip' });
      response.end(BYTES.subarray(range.start, range.end));
    });
    await expectExact();
  });

  test('a file of another size is believed when a fresh link says so too', async () => {
    storage.usual = wrongRange(`bytes 0-${SIZE - 1}/${SIZE + 1}`);
    await expect(read()).rejects.toMatchObject({ kind: 'content-changed' });
    expect(links.minted).toBe(2);
  });

  test('a file said to be of another size once is read again', async () => {
    storage.script.push(wrongRange(`bytes 0-${SIZE - 1}/${SIZE + 1}`));
    await expectExact();
  });

  test('416 with the size of another file means that the file has changed', async () => {
    storage.usual = status(416, { 'content-range': 'bytes */10' });
    await expect(read(100, 200)).rejects.toMatchObject({ kind: 'content-changed' });
  });
});

describe('redirects', () => {
  test('one is followed, with the range and without credentials', async () => {
    storage.script.push((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    await expectExact(10, 20);
    expect(storage.requests[1]).toMatchObject({ path: '/elsewhere', range: 'bytes=10-19' });
  });

  test('a loop of them counts as a refusal', async () => {
    storage.usual = status(302, { location: '/again' });
    await expect(read()).rejects.toMatchObject({ kind: 'link-refused' });
  });

  for (const target of [
    'http://10.0.0.1/',
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'file:///etc/passwd',
  ]) {
    test(`${target} is not followed`, async () => {
      storage.script.push(status(302, { location: target }));
      await expectExact(0, 100, { allowPrivateHosts: false });
      expect(healings.map(({ action }) => action)).toEqual(['link-renewed']);
    });
  }
});

describe('the API in trouble', () => {
  test('a flood lock that ends within the patience is waited out', async () => {
    links.failures.push(new BridgeError('flood-locked', 'locked', { retryAt: Date.now() + 100 }));
    await expectExact();
    expect(healings.map(({ action }) => action)).toEqual(['waited']);
  });

  test('a flood lock beyond the patience is said at once', async () => {
    links.failures.push(new BridgeError('flood-locked', 'locked', { retryAt: Date.now() + 600_000 }));
    await expect(read()).rejects.toMatchObject({ kind: 'flood-locked' });
  });

  test('a failure that may pass is asked again', async () => {
    links.failures.push(new BridgeError('upstream-unavailable', 'down'));
    await expectExact();
  });

  for (const kind of ['api-key-invalid', 'not-premium', 'file-not-found', 'file-refused'] as const) {
    test(`${kind} is said at once`, async () => {
      links.failures.push(new BridgeError(kind, 'no'));
      await expect(read()).rejects.toMatchObject({ kind });
      expect(storage.requests).toHaveLength(0);
    });
  }
});

describe('a reader who leaves', () => {
  const open = (options: Partial<UpstreamReadParts> = {}, signal?: AbortSignal) =>
    reader(options).read(FILE, { start: 0, end: SIZE }, { priority: 'viewer', signal });

  test('returning closes the connection to the storage host', async () => {
    const bytes = open();
    await bytes.next();
    await bytes.return();
    await until(() => storage.openConnections === 0);
  });

  test('returning while a chunk is awaited takes effect at once', async () => {
    storage.usual = (response, range) => storage.serve(response, range, 10);
    const bytes = open();
    await bytes.next();
    const pending = bytes.next();
    await bytes.return();
    expect(await pending).toMatchObject({ done: true });
    await until(() => storage.openConnections === 0);
  });

  test('aborting while a chunk is awaited ends the read as cancelled', async () => {
    storage.usual = (response, range) => storage.serve(response, range, 10);
    const leaver = new AbortController();
    const bytes = open({}, leaver.signal);
    await bytes.next();
    const pending = bytes.next();
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
    await until(() => storage.openConnections === 0);
  });

  test('aborting before the answer closes the connection', async () => {
    storage.usual = () => undefined;
    const leaver = new AbortController();
    const pending = open({}, leaver.signal).next();
    await until(() => storage.requests.length === 1);
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
    await until(() => storage.openConnections === 0);
  });

  test('aborting between two chunks closes the connection at once', async () => {
    const leaver = new AbortController();
    const bytes = open({}, leaver.signal);
    await bytes.next();
    leaver.abort();
    await until(() => storage.openConnections === 0);
    await expect(bytes.next()).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('a wait for another try is cut short', async () => {
    storage.usual = status(503, { 'retry-after': '30' });
    const leaver = new AbortController();
    const pending = open({}, leaver.signal).next();
    await until(() => storage.requests.length === 1 && budget.open === 0);
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('a reader who was gone before it began costs nothing', async () => {
    await expect(open({}, AbortSignal.abort()).next()).rejects.toMatchObject({ kind: 'cancelled' });
    expect(storage.requests).toHaveLength(0);
  });
});

describe('more readers than connections', () => {
  beforeEach(() => {
    budget = new ConnectionBudget(systemClock, { total: 2, perFile: 2 });
  });

  const fileOf = (reader: number): Content => ({ ...FILE, id: String(reader).padStart(20, '0') });

  test('all of them get every byte', async () => {
    const bodies = await Promise.all(
      Array.from({ length: 20 }, (_, reader) => read(0, 500_000, {}, fileOf(reader))),
    );
    for (const body of bodies) expect(body.equals(BYTES.subarray(0, 500_000))).toBe(true);
    expect(healings).toEqual([]);
  });

  test('one who pauses lends its connection, and goes on at the exact byte afterwards', async () => {
    const upstream = reader();
    const paused = [0, 1].map((file) =>
      upstream.read(fileOf(file), { start: 0, end: SIZE }, { priority: 'viewer' }),
    );
    const heads = await Promise.all(
      paused.map(async (bytes) => (await bytes.next()).value ?? Buffer.alloc(0)),
    );
    expect(budget.open).toBe(2);
    expect((await read(0, SIZE, {}, fileOf(2))).equals(BYTES)).toBe(true);
    for (const [place, bytes] of paused.entries()) {
      const chunks = heads.slice(place, place + 1);
      for await (const chunk of bytes) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    }
  });

  test('a viewer takes the connection of a prefetch, which is completed later', async () => {
    storage.script.push((response, range) => storage.serve(response, range, 1000));
    const prefetched: Buffer[] = [];
    budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    const background = (async () => {
      const request = { priority: 'prefetch' } as const;
      for await (const chunk of reader().read(fileOf(0), { start: 0, end: SIZE }, request))
        prefetched.push(chunk);
    })();
    await until(() => prefetched.length > 0);
    expect((await read(0, 100_000, {}, fileOf(1))).equals(BYTES.subarray(0, 100_000))).toBe(true);
    await background;
    expect(Buffer.concat(prefetched).equals(BYTES)).toBe(true);
  });

  test('each asks for no more than it needs next, so that connections are used again and not cut', async () => {
    budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    const upstream = reader();
    const need = { leadMs: () => 0, goal: () => 400_000 };
    const readers = [0, 1].map((file) =>
      upstream.read(fileOf(file), { start: 0, end: 400_001 }, { priority: 'viewer', need }),
    );
    const all = readers.map(async (bytes) => {
      const chunks: Buffer[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
    for (const body of await Promise.all(all)) expect(body.equals(BYTES.subarray(0, 400_001))).toBe(true);
    expect(storage.requests.map(({ range }) => range)).toContain('bytes=0-399999');
    expect(storage.connectionsOpened).toBeLessThanOrEqual(2);
  });

  test('one who waits to try again holds no connection meanwhile', async () => {
    budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    storage.script.push(status(503, { 'retry-after': '1' }));
    let healed = false;
    const onHealed = (): void => {
      healed = true;
    };
    const waiting = reader().read(fileOf(0), { start: 0, end: 1000 }, { priority: 'viewer', onHealed });
    const first = waiting.next();
    await until(() => healed);
    expect(budget.open).toBe(0);
    expect((await read(0, 1000, {}, fileOf(1))).equals(BYTES.subarray(0, 1000))).toBe(true);
    expect((await first).value?.equals(BYTES.subarray(0, 1000))).toBe(true);
    await waiting.return();
  });

  test('whoever waits for the first byte goes before those whose clients have some', async () => {
    budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    budget.join({ fileId: 'somebody', priority: 'viewer', leadMs: () => 0 });
    const need = { leadMs: () => 0, goal: () => 1000 };
    const begun = reader().read(fileOf(1), { start: 0, end: 2000 }, { priority: 'viewer', need });
    await begun.next();
    const holder = reader().read(fileOf(0), { start: 0, end: SIZE }, { priority: 'viewer' });
    await holder.next();
    const order: string[] = [];
    const goesOn = begun.next().then(() => order.push('goes on'));
    await until(() => budget.waiting === 1);
    const begins = read(0, 1000, {}, fileOf(2)).then(() => order.push('begins'));
    await until(() => budget.waiting === 2);
    await holder.return();
    await Promise.all([goesOn, begins]);
    expect(order).toEqual(['begins', 'goes on']);
    await begun.return();
  });

  test('a reader slower than the patience is not given up', async () => {
    const bytes = reader({ patienceMs: 50 }).read(FILE, { start: 0, end: SIZE }, { priority: 'viewer' });
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) {
      if (chunks.length === 1) await new Promise((resolve) => setTimeout(resolve, 200));
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
  });
});
