import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBudget } from '../../src/fichier/error-budget.ts';
import { FloodLock } from '../../src/fichier/flood-lock.ts';
import { fichierSchema, memoryStateStore, sqliteStateStore } from '../../src/fichier/state-store.ts';
import { openDatabase } from '../../src/store/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { apiServer, crawl, ko, testClient, viewer } from './api-server.ts';

const server = apiServer();
const PAGE = 'https://1fichier.com/?2zk5abcd0efg1hij2klm';
const LINK = { body: { status: 'OK', url: 'https://a-36.1fichier.com/p1' } };
const MINUTE_MS = 60_000;

describe('FloodLock', () => {
  it('lasts a minute at first, doubles up to ten with each refusal of its probes, and may vary by chance', async () => {
    const clock = new FakeClock();
    const lock = new FloodLock(clock, () => 0, memoryStateStore());
    const minutes: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      lock.impose('flood', 'Flood detected');
      minutes.push(lock.remainingMs() / MINUTE_MS);
      await clock.advance(lock.remainingMs());
      expect(lock.state()).toBe('half-open');
    }
    expect(minutes).toEqual([1, 2, 4, 8, 10, 10]);
    const jittered = new FloodLock(clock, () => 0.5, memoryStateStore());
    jittered.impose('flood', 'Flood detected');
    expect(jittered.remainingMs()).toBeCloseTo(1.1 * MINUTE_MS);
  });

  it.each([
    ['ip-lock', 60],
    ['location', 5],
    ['too-fast', 0.5],
  ] as const)('%s lasts %d minutes', (grade, minutes) => {
    const lock = new FloodLock(new FakeClock(), () => 0, memoryStateStore());
    lock.impose(grade, 'reason');
    expect(lock.remainingMs()).toBe(minutes * MINUTE_MS);
  });

  it('is not lengthened by late answers to calls sent before it, but yields to a hard lock', () => {
    const lock = new FloodLock(new FakeClock(), () => 0, memoryStateStore());
    lock.impose('flood', 'one');
    lock.impose('flood', 'two');
    expect(lock.remainingMs()).toBe(MINUTE_MS);
    lock.impose('ip-lock', 'IP Locked');
    expect(lock.remainingMs()).toBe(60 * MINUTE_MS);
  });

  it('starts short again when the last lock is long over', async () => {
    const clock = new FakeClock();
    const lock = new FloodLock(clock, () => 0, memoryStateStore());
    lock.impose('flood', 'Flood detected');
    await clock.advance(MINUTE_MS);
    lock.lift();
    await clock.advance(31 * MINUTE_MS);
    lock.impose('flood', 'Flood detected');
    expect(lock.remainingMs()).toBe(MINUTE_MS);
  });

  it('does not outlast its longest time when the clock was set back meanwhile', () => {
    const store = memoryStateStore();
    new FloodLock(new FakeClock(Date.UTC(2030, 0, 1)), () => 0, store).impose('flood', 'Flood detected');
    const restored = new FloodLock(new FakeClock(Date.UTC(2026, 0, 1)), () => 0, store);
    expect(restored.remainingMs()).toBeLessThanOrEqual(72 * MINUTE_MS);
  });

  it('forgets a stored lock that is damaged', () => {
    const store = memoryStateStore();
    store.write('flood-lock', '{"grade":', 0);
    expect(new FloodLock(new FakeClock(), () => 0, store).state()).toBe('closed');
  });
});

describe('ErrorBudget', () => {
  it('is spent by three refusals in a row, and doubles its pause when the next try is refused', async () => {
    const clock = new FakeClock();
    const budget = new ErrorBudget(clock, () => 0);
    budget.spend();
    budget.spend();
    expect(budget.state()).toBe('closed');
    budget.spend();
    expect(budget.remainingMs()).toBe(MINUTE_MS);
    await clock.advance(MINUTE_MS);
    expect(budget.state()).toBe('half-open');
    budget.spend();
    expect(budget.remainingMs()).toBe(2 * MINUTE_MS);
    await clock.advance(2 * MINUTE_MS);
    budget.succeed();
    expect(budget.state()).toBe('closed');
  });

  it('is spent by ten refusals in ten minutes even with successes between, and not by ten in an hour', async () => {
    const clock = new FakeClock();
    const spendTen = async (everyMs: number): Promise<ErrorBudget> => {
      const budget = new ErrorBudget(clock, () => 0);
      for (let count = 0; count < 10; count += 1) {
        await clock.advance(everyMs);
        budget.spend();
        budget.succeed();
      }
      return budget;
    };
    expect((await spendTen(10_000)).state()).toBe('open');
    expect((await spendTen(6 * MINUTE_MS)).state()).toBe('closed');
  });
});

describe('a client whose viewers ask for files that are gone', () => {
  it('lets the crawl go on, which finds out that they are', async () => {
    const gone = ko('Resource not found #469', 404);
    server.answer(...Array.from({ length: 12 }, () => gone), {
      body: { status: 'OK', folder_id: 7, files: 0 },
    });
    const { client, clock } = testClient();
    for (let count = 0; count < 12; count += 1) {
      const asked = expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'file-not-found' });
      await clock.advance(2_000);
      await asked;
    }
    const listing = client.listFolder(7, crawl);
    await clock.advance(2_000);
    expect((await listing).complete).toBe(true);
  });
});

describe('a client that was flooded', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'fichier-state-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('sends nothing until the lock is over, says until when, then carries on at half the rate', async () => {
    server.answer(ko('Flood detected: IP Locked #374'), LINK);
    const { client, clock } = testClient();
    const until = clock.now() + 66_000;
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({
      kind: 'flood-locked',
      retryAt: until,
    });
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({
      kind: 'flood-locked',
      retryAt: until,
    });
    expect(server.received).toHaveLength(1);
    expect(client.budget()).toMatchObject({
      lockedUntil: until,
      lockReason: 'Flood detected: IP Locked',
      callsPerSecond: 0.5,
      calls: { getLink: 1 },
    });
    await clock.advance(66_000);
    expect(await client.getLink(PAGE, viewer)).toBe('https://a-36.1fichier.com/p1');
    expect(client.budget()).toMatchObject({ lockedUntil: null, lockReason: null });
  });

  it('keeps to the lock, to its folder lanes and to its last account over a restart', async () => {
    const file = path.join(directory, 'state.db');
    const start = (clock: FakeClock) => {
      const database = openDatabase(file, [fichierSchema]);
      const { client } = testClient({ clock, store: sqliteStateStore(database, clock.now()) });
      return { client, database };
    };
    const clock = new FakeClock();
    const before = start(clock);
    server.answer(
      { body: { status: 'OK', offer: '1' } },
      { body: { status: 'OK', folder_id: 7, files: 0 } },
      ko('Flood detected: User Locked #223'),
    );
    await before.client.account(viewer);
    await before.client.listFolder(7, crawl);
    await expect(before.client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    before.database.close();

    await clock.advance(5_000);
    const after = start(clock);
    await expect(after.client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    expect(await after.client.account(viewer)).toMatchObject({ offer: 'premium' });
    expect(server.received).toHaveLength(3);
    after.database.close();

    server.answer(LINK);
    await clock.advance(MINUTE_MS * 1.2);
    const later = start(clock);
    await later.client.getLink(PAGE, viewer);
    later.database.close();
    expect(start(clock).client.budget().lockedUntil).toBeNull();
  });

  it('remembers over a restart that a folder was listed a moment ago', async () => {
    server.answer({ body: { status: 'OK', folder_id: 7, files: 0 } });
    const store = memoryStateStore();
    const clock = new FakeClock();
    await testClient({ clock, store }).client.listFolder(7, crawl);
    const restarted = testClient({ clock, store }).client;
    await expect(restarted.listFolder(7, { priority: 'browse' })).rejects.toMatchObject({
      kind: 'rate-limited',
    });
    expect(server.received).toHaveLength(1);
  });

  it('goes on in memory when the disk takes nothing, and says so', async () => {
    const full = (): never => {
      throw new Error('disk full');
    };
    const { client, logged } = testClient({ store: { read: () => null, write: full, remove: full } });
    server.answer({ body: { status: 'OK', offer: '1' } }, ko('Flood detected: IP Locked #374'));
    await client.account(viewer);
    expect(await client.account(viewer)).toMatchObject({ offer: 'premium' });
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    expect(server.received).toHaveLength(2);
    expect(logged.map((line) => line.message)).toContain('locks of the API are kept in memory only');
  });

  it('waits five minutes where the account was used from another place', async () => {
    server.answer(ko('Only 1 location allowed at a time #887'));
    const { client, clock } = testClient({ random: () => 0 });
    const retryAt = clock.now() + 5 * MINUTE_MS;
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'location-conflict', retryAt });
    await clock.advance(4 * MINUTE_MS);
    await expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'location-conflict', retryAt });
    expect(server.received).toHaveLength(1);
  });

  it('a listing that fell on the way is tried again once its lane is free, and at once when it never arrived', async () => {
    server.answer({ status: 502, body: '' }, { body: { status: 'OK', folder_id: 7, files: 0 } });
    const { client, clock } = testClient();
    const started = clock.now();
    let doneAt = 0;
    const listing = client.listFolder(7, crawl).then(() => (doneAt = clock.now()));
    for (let second = 0; second < 40; second += 1) await clock.advance(1_000);
    await listing;
    expect(doneAt - started).toBeGreaterThanOrEqual(30_000);

    let refusals = 1;
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const other = testClient({
      fetch: (url, init) => (refusals-- > 0 ? Promise.reject(refused) : fetch(url, init)),
    });
    const soon = other.client.listFolder(7, { priority: 'browse' });
    for (let second = 0; second < 5; second += 1) await other.clock.advance(1_000);
    expect((await soon).complete).toBe(true);
  });
});
