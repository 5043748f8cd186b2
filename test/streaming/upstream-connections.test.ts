import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ConnectionBudget } from '../../src/streaming/connection-budget.ts';
import type { Content } from '../../src/streaming/content.ts';
import type { UpstreamReadParts } from '../../src/streaming/upstream-read.ts';
import { status } from './scripted-storage.ts';
import { BYTES, FILE, SIZE, until, UpstreamStage } from './upstream-stage.ts';

let stage: UpstreamStage;

beforeEach(async () => {
  stage = await UpstreamStage.start();
});

afterEach(() => stage.stop());

describe('a reader who leaves', () => {
  const open = (options: Partial<UpstreamReadParts> = {}, signal?: AbortSignal) =>
    stage.reader(options).read(FILE, { start: 0, end: SIZE }, { priority: 'viewer', signal });

  test('returning closes the connection to the storage host', async () => {
    const bytes = open();
    await bytes.next();
    await bytes.return();
    await until(() => stage.storage.openConnections === 0);
  });

  test('returning while a chunk is awaited takes effect at once', async () => {
    stage.storage.usual = (response, range) => stage.storage.serve(response, range, 10);
    const bytes = open();
    await bytes.next();
    const pending = bytes.next();
    await bytes.return();
    expect(await pending).toMatchObject({ done: true });
    await until(() => stage.storage.openConnections === 0);
  });

  test('aborting while a chunk is awaited ends the read as cancelled', async () => {
    stage.storage.usual = (response, range) => stage.storage.serve(response, range, 10);
    const leaver = new AbortController();
    const bytes = open({}, leaver.signal);
    await bytes.next();
    const pending = bytes.next();
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
    await until(() => stage.storage.openConnections === 0);
  });

  test('aborting before the answer closes the connection', async () => {
    stage.storage.usual = () => undefined;
    const leaver = new AbortController();
    const pending = open({}, leaver.signal).next();
    await until(() => stage.storage.requests.length === 1);
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
    await until(() => stage.storage.openConnections === 0);
  });

  test('aborting between two chunks closes the connection at once', async () => {
    const leaver = new AbortController();
    const bytes = open({}, leaver.signal);
    await bytes.next();
    leaver.abort();
    await until(() => stage.storage.openConnections === 0);
    await expect(bytes.next()).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('a wait for another try is cut short', async () => {
    stage.storage.usual = status(503, { 'retry-after': '30' });
    const leaver = new AbortController();
    const pending = open({}, leaver.signal).next();
    await until(() => stage.storage.requests.length === 1 && stage.budget.open === 0);
    leaver.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('a reader who was gone before it began costs nothing', async () => {
    await expect(open({}, AbortSignal.abort()).next()).rejects.toMatchObject({ kind: 'cancelled' });
    expect(stage.storage.requests).toHaveLength(0);
  });
});

describe('more readers than connections', () => {
  beforeEach(() => {
    stage.budget = new ConnectionBudget(systemClock, { total: 2, perFile: 2 });
  });

  const fileOf = (reader: number): Content => ({ ...FILE, id: String(reader).padStart(20, '0') });

  test('all of them get every byte', async () => {
    const bodies = await Promise.all(
      Array.from({ length: 20 }, (_, reader) => stage.read(0, 500_000, {}, fileOf(reader))),
    );
    for (const body of bodies) expect(body.equals(BYTES.subarray(0, 500_000))).toBe(true);
    expect(stage.healings).toEqual([]);
  });

  test('one who pauses lends its connection, and goes on at the exact byte afterwards', async () => {
    const upstream = stage.reader();
    const paused = [0, 1].map((file) =>
      upstream.read(fileOf(file), { start: 0, end: SIZE }, { priority: 'viewer' }),
    );
    const heads = await Promise.all(
      paused.map(async (bytes) => (await bytes.next()).value ?? Buffer.alloc(0)),
    );
    expect(stage.budget.open).toBe(2);
    expect((await stage.read(0, SIZE, {}, fileOf(2))).equals(BYTES)).toBe(true);
    for (const [place, bytes] of paused.entries()) {
      const chunks = heads.slice(place, place + 1);
      for await (const chunk of bytes) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    }
  });

  test('a viewer takes the connection of a prefetch, which is completed later', async () => {
    stage.storage.script.push((response, range) => stage.storage.serve(response, range, 1000));
    const prefetched: Buffer[] = [];
    stage.budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    const background = (async () => {
      const request = { priority: 'prefetch' } as const;
      for await (const chunk of stage.reader().read(fileOf(0), { start: 0, end: SIZE }, request))
        prefetched.push(chunk);
    })();
    await until(() => prefetched.length > 0);
    expect((await stage.read(0, 100_000, {}, fileOf(1))).equals(BYTES.subarray(0, 100_000))).toBe(true);
    await background;
    expect(Buffer.concat(prefetched).equals(BYTES)).toBe(true);
  });

  test('each asks for no more than it needs next, so that connections are used again and not cut', async () => {
    stage.budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    const upstream = stage.reader();
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
    expect(stage.storage.requests.map(({ range }) => range)).toContain('bytes=0-399999');
    expect(stage.storage.connectionsOpened).toBeLessThanOrEqual(2);
  });

  test('one who waits to try again holds no connection meanwhile', async () => {
    stage.budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    stage.storage.script.push(status(503, { 'retry-after': '1' }));
    let healed = false;
    const onHealed = (): void => {
      healed = true;
    };
    const waiting = stage.reader().read(fileOf(0), { start: 0, end: 1000 }, { priority: 'viewer', onHealed });
    const first = waiting.next();
    await until(() => healed);
    expect(stage.budget.open).toBe(0);
    expect((await stage.read(0, 1000, {}, fileOf(1))).equals(BYTES.subarray(0, 1000))).toBe(true);
    expect((await first).value?.equals(BYTES.subarray(0, 1000))).toBe(true);
    await waiting.return();
  });

  test('whoever waits for the first byte goes before those whose clients have some', async () => {
    stage.budget = new ConnectionBudget(systemClock, { total: 1, perFile: 1 });
    stage.budget.join({ fileId: 'somebody', priority: 'viewer', leadMs: () => 0 });
    const need = { leadMs: () => 0, goal: () => 1000 };
    const begun = stage.reader().read(fileOf(1), { start: 0, end: 2000 }, { priority: 'viewer', need });
    await begun.next();
    const holder = stage.reader().read(fileOf(0), { start: 0, end: SIZE }, { priority: 'viewer' });
    await holder.next();
    const order: string[] = [];
    const goesOn = begun.next().then(() => order.push('goes on'));
    await until(() => stage.budget.waiting === 1);
    const begins = stage.read(0, 1000, {}, fileOf(2)).then(() => order.push('begins'));
    await until(() => stage.budget.waiting === 2);
    await holder.return();
    await Promise.all([goesOn, begins]);
    expect(order).toEqual(['begins', 'goes on']);
    await begun.return();
  });

  test('a reader slower than the patience is not given up', async () => {
    const bytes = stage
      .reader({ patienceMs: 50 })
      .read(FILE, { start: 0, end: SIZE }, { priority: 'viewer' });
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) {
      if (chunks.length === 1) await new Promise((resolve) => setTimeout(resolve, 200));
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
  });
});
