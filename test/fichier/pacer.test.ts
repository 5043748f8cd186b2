import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Admission } from '../../src/fichier/admission.ts';
import type { Priority } from '../../src/fichier/api.ts';
import { ErrorBudget } from '../../src/fichier/error-budget.ts';
import { FloodLock } from '../../src/fichier/flood-lock.ts';
import { Lanes } from '../../src/fichier/lanes.ts';
import type { Lane } from '../../src/fichier/lanes.ts';
import { CallAllowance, type CallRate } from '../../src/fichier/call-allowance.ts';
import { Pacer } from '../../src/fichier/pacer.ts';
import type { PacedCall } from '../../src/fichier/pacer.ts';
import { memoryStateStore } from '../../src/fichier/state-store.ts';
import { FakeClock } from '../support/fake-clock.ts';

const folderLane = (id: number): Lane => ({ name: `folder:${id}`, intervalMs: 30_000 });

interface Sent {
  readonly name: string;
  readonly at: number;
  /** When its answer came. */
  readonly endedAt: number;
}

const DEFAULT_RATE: CallRate = { callsPerSecond: 1, burst: 3 };

function pacerBench(settings: Partial<CallRate> = {}, clock = new FakeClock(0), store = memoryStateStore()) {
  const floodLock = new FloodLock(clock, () => 0, store);
  const errorBudget = new ErrorBudget(clock, () => 0);
  const admission = new Admission(clock, floodLock, errorBudget);
  const allowance = new CallAllowance(clock, store, { ...DEFAULT_RATE, ...settings });
  const pacer = new Pacer(clock, allowance, admission, new Lanes(clock, store));
  const sent: Sent[] = [];
  const failed: unknown[] = [];
  const ask = (name: string, call: PacedCall, lastsMs = 0): void => {
    const send = (): Promise<void> => {
      sent.push({ name, at: clock.now(), endedAt: clock.now() + lastsMs });
      if (lastsMs === 0) return Promise.resolve();
      return new Promise((resolve) => void clock.after(lastsMs, resolve));
    };
    pacer.run(call, send).catch((error: unknown) => failed.push(error));
  };
  return { clock, store, pacer, allowance, floodLock, errorBudget, admission, sent, failed, ask };
}

const names = (sent: readonly Sent[]): string[] => sent.map(({ name }) => name);

describe('Pacer', () => {
  it('never sends more in any window than burst plus rate allow, whatever is asked when', async () => {
    const priority = fc.constantFrom<Priority>('viewer', 'browse', 'crawl', 'prefetch');
    const asked = fc.array(
      fc.record({
        priority,
        pauseMs: fc.integer({ min: 0, max: 3_000 }),
        lastsMs: fc.constantFrom(0, 0, 300, 10_000),
      }),
      { maxLength: 25 },
    );
    const rate = fc.constantFrom(0.5, 1, 2.5);
    await fc.assert(
      fc.asyncProperty(asked, rate, fc.integer({ min: 1, max: 4 }), async (calls, callsPerSecond, burst) => {
        const { clock, sent, ask } = pacerBench({ callsPerSecond, burst });
        for (const [index, call] of calls.entries()) {
          ask(String(index), { priority: call.priority }, call.lastsMs);
          await clock.advance(call.pauseMs);
        }
        await clock.advance(300_000);
        expect(sent).toHaveLength(calls.length);
        for (const [from, first] of sent.entries()) {
          for (const [to, last] of sent.entries()) {
            const allowed = burst + ((last.at - first.at) / 1_000) * callsPerSecond;
            if (to >= from) expect(to - from + 1).toBeLessThanOrEqual(allowed + 1e-6);
          }
          // Wherever between its sending and its answer 1fichier counts a call: no more than three in a second.
          const counted = sent.slice(0, from).filter(({ endedAt }) => endedAt > first.at - 1_000);
          expect(counted.length).toBeLessThan(Math.max(burst, 3));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('lets viewers overtake all that wait, then browsers, then the crawl, then prefetch', async () => {
    const { clock, sent, ask } = pacerBench({ burst: 1 });
    ask('first', { priority: 'crawl' });
    for (const priority of ['prefetch', 'crawl', 'browse', 'viewer'] as const) ask(priority, { priority });
    await clock.advance(10_000);
    expect(names(sent)).toEqual(['first', 'viewer', 'browse', 'crawl', 'prefetch']);
  });

  it('sends at once by a clock that runs on while it looks', async () => {
    const clock = new FakeClock(0);
    let ticks = 0;
    const running = { ...systemClock, now: () => 0, monotonic: () => (ticks += 0.001) };
    const admission = new Admission(
      running,
      new FloodLock(running, () => 0, memoryStateStore()),
      new ErrorBudget(running, () => 0),
    );
    const pacer = new Pacer(
      { ...running, after: (ms, action) => clock.after(ms, action) },
      new CallAllowance(running, memoryStateStore(), DEFAULT_RATE),
      admission,
      new Lanes(running, memoryStateStore()),
    );
    expect(await pacer.run({ priority: 'crawl' }, () => Promise.resolve('sent'))).toBe('sent');
  });

  it('keeps a token that a crawl cannot spend, so that a viewer goes at once', async () => {
    const { clock, sent, ask } = pacerBench();
    for (let count = 0; count < 100; count += 1) ask('crawl', { priority: 'crawl' });
    await clock.advance(20_300);
    const before = sent.length;
    ask('viewer', { priority: 'viewer' });
    await clock.advance(0);
    expect(sent.slice(before)).toMatchObject([{ name: 'viewer', at: 20_300 }]);
  });

  it('keeps room among calls under way that hanging crawl calls cannot take', async () => {
    const { clock, sent, ask } = pacerBench({ callsPerSecond: 100 });
    for (let count = 0; count < 5; count += 1) ask('crawl', { priority: 'crawl' }, 60_000);
    await clock.advance(1_000);
    ask('viewer', { priority: 'viewer' });
    await clock.advance(0);
    expect(names(sent)).toEqual(['crawl', 'crawl', 'viewer']);
  });

  it('starves nobody: what has waited a minute goes before newer browsing', async () => {
    const { clock, sent, ask } = pacerBench({ burst: 1 });
    ask('old prefetch', { priority: 'prefetch' });
    for (let second = 0; second < 90; second += 1) {
      ask('browse', { priority: 'browse' });
      ask('browse', { priority: 'browse' });
      if (second === 0) ask('prefetch', { priority: 'prefetch' });
      await clock.advance(1_000);
    }
    expect(names(sent)).toContain('prefetch');
  });

  it('drops a queued call that is given up, and the next takes its place', async () => {
    const { clock, sent, failed, ask } = pacerBench({ burst: 1 });
    const giveUp = new AbortController();
    ask('first', { priority: 'crawl' });
    ask('given up', { priority: 'crawl', signal: giveUp.signal });
    ask('next', { priority: 'crawl' });
    await clock.advance(500);
    giveUp.abort();
    await clock.advance(600);
    expect(names(sent)).toEqual(['first', 'next']);
    expect(failed).toEqual([expect.objectContaining({ kind: 'cancelled' })]);
  });

  it('sends nothing for a call that was given up before it was made', async () => {
    const { clock, sent, failed, ask } = pacerBench();
    ask('late', { priority: 'viewer', signal: AbortSignal.abort() });
    await clock.advance(10);
    expect(sent).toEqual([]);
    expect(failed).toEqual([expect.objectContaining({ kind: 'cancelled' })]);
  });

  it('tells a caller when its call leaves the queue', async () => {
    const { clock, ask } = pacerBench({ burst: 1 });
    let sentAt = -1;
    ask('first', { priority: 'crawl' });
    ask('second', { priority: 'crawl', onSent: () => (sentAt = clock.now()) });
    await clock.advance(5_000);
    expect(sentAt).toBe(1_000);
  });

  it('halves its rate on a complaint, never below a tenth, and grows back slowly', () => {
    const { pacer, allowance } = pacerBench();
    allowance.slowDown();
    expect(pacer.status().callsPerSecond).toBe(0.5);
    for (let count = 0; count < 10; count += 1) allowance.slowDown();
    expect(pacer.status().callsPerSecond).toBe(0.1);
    allowance.recover();
    expect(pacer.status().callsPerSecond).toBeLessThan(0.15);
    for (let count = 0; count < 60; count += 1) allowance.recover();
    expect(pacer.status().callsPerSecond).toBe(1);
  });

  it('lets a crawl wait for its lane while other folders go on, and tells a person when to come back', async () => {
    const { clock, sent, failed, ask } = pacerBench();
    ask('folder 1', { priority: 'crawl', lane: folderLane(1) });
    await clock.advance(3_000);
    ask('folder 1 again', { priority: 'crawl', lane: folderLane(1) });
    ask('folder 1 by a person', { priority: 'browse', lane: folderLane(1) });
    ask('folder 2', { priority: 'crawl', lane: folderLane(2) });
    await clock.advance(40_000);
    expect(sent).toMatchObject([
      { name: 'folder 1', at: 0 },
      { name: 'folder 2', at: 3_000 },
      { name: 'folder 1 again', at: 30_000 },
    ]);
    expect(failed).toEqual([expect.objectContaining({ kind: 'rate-limited', retryAt: 30_000 })]);
  });

  it('counts what waits, by priority', async () => {
    const { clock, pacer, ask } = pacerBench({ burst: 1 });
    for (let count = 0; count < 3; count += 1) ask('crawl', { priority: 'crawl' });
    ask('browse', { priority: 'browse' });
    await clock.advance(0);
    expect(pacer.status().queued).toEqual({ viewer: 0, browse: 1, crawl: 2, prefetch: 0 });
  });
});

describe('after a restart, however sudden', () => {
  it('what was spent is not regained, and what was under way still counts', async () => {
    const first = pacerBench();
    for (let count = 0; count < 3; count += 1) first.ask('before', { priority: 'viewer' }, 10_000);
    await first.clock.advance(500);
    expect(first.sent).toHaveLength(3);

    const second = pacerBench({}, first.clock, first.store);
    for (let count = 0; count < 3; count += 1) second.ask('after', { priority: 'viewer' });
    await first.clock.advance(1_000);
    expect(second.sent).toEqual([]);
    await first.clock.advance(3_000);
    expect(second.sent.map(({ at }) => at)).toEqual([1_600, 2_000, 3_000]);
  });

  it('and a long rest, all of it is there again', async () => {
    const first = pacerBench();
    for (let count = 0; count < 3; count += 1) first.ask('before', { priority: 'viewer' });
    await first.clock.advance(60_000);
    const second = pacerBench({}, first.clock, first.store);
    for (let count = 0; count < 3; count += 1) second.ask('after', { priority: 'viewer' });
    await first.clock.advance(0);
    expect(second.sent).toHaveLength(3);
  });

  it('and a clock set back by an hour, calls go on at their rate', async () => {
    const first = pacerBench({}, new FakeClock(3_600_000));
    for (let count = 0; count < 3; count += 1) first.ask('before', { priority: 'viewer' });
    await first.clock.advance(1_000);
    const setBack = new FakeClock(0);
    const second = pacerBench({}, setBack, first.store);
    second.ask('after', { priority: 'viewer' });
    await setBack.advance(1_200);
    expect(second.sent).toHaveLength(1);
  });
});

describe('while the API is locked', () => {
  it('crawl calls wait, all others fail with the end of the lock', async () => {
    const { clock, floodLock, sent, failed, ask } = pacerBench();
    floodLock.impose('flood', 'Flood detected: IP Locked');
    for (const priority of ['viewer', 'browse', 'prefetch', 'crawl'] as const) ask(priority, { priority });
    await clock.advance(59_000);
    expect(sent).toEqual([]);
    expect(failed).toHaveLength(3);
    for (const failure of failed) expect(failure).toMatchObject({ kind: 'flood-locked', retryAt: 60_000 });
    await clock.advance(1_000);
    expect(names(sent)).toEqual(['crawl']);
  });

  it('one call alone tries whether it is over', async () => {
    const { clock, floodLock, admission, pacer, sent, ask } = pacerBench({ callsPerSecond: 100, burst: 10 });
    floodLock.impose('flood', 'Flood detected');
    await clock.advance(60_000);
    ask('probe', { priority: 'crawl' }, 5_000);
    ask('viewer', { priority: 'viewer' });
    await clock.advance(4_000);
    expect(names(sent)).toEqual(['probe']);
    admission.succeeded();
    pacer.reconsider();
    await clock.advance(0);
    expect(names(sent)).toEqual(['probe', 'viewer']);
  });

  it('a spent error budget stops background work but no person', async () => {
    const { clock, errorBudget, sent, failed, ask } = pacerBench();
    for (let count = 0; count < 3; count += 1) errorBudget.spend();
    for (const priority of ['crawl', 'prefetch', 'browse', 'viewer'] as const) ask(priority, { priority });
    await clock.advance(59_000);
    expect(names(sent).sort()).toEqual(['browse', 'viewer']);
    expect(failed).toEqual([expect.objectContaining({ kind: 'rate-limited', retryAt: 60_000 })]);
    await clock.advance(1_000);
    expect(names(sent)).toContain('crawl');
  });
});
