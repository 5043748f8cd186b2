import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Priority } from '../../src/fichier/api.ts';
import { ConnectionBudget, TURN_BYTES, type ConnectionLease } from '../../src/streaming/connection-budget.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;

let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
});

interface Asker {
  readonly fileId: string;
  lease: ConnectionLease | null;
  reclaimed: boolean;
}

function ask(budget: ConnectionBudget, fileId: string, priority: Priority = 'viewer', signal = never): Asker {
  const asker: Asker = { fileId, lease: null, reclaimed: false };
  const onReclaim = (): boolean => (asker.reclaimed = true);
  budget.acquire({ fileId, priority, signal, onReclaim }).then(
    (lease) => (asker.lease = lease),
    () => undefined,
  );
  return asker;
}

describe('caps', () => {
  test('no more than the total is open, and the next waits for a release', async () => {
    const budget = new ConnectionBudget(clock, { total: 2, perFile: 2 });
    const [first, , third] = [ask(budget, 'a'), ask(budget, 'b'), ask(budget, 'c')];
    await clock.advance(0);
    expect([budget.open, budget.waiting, third.lease]).toEqual([2, 1, null]);
    first.lease?.release();
    await clock.advance(0);
    expect(third.lease).not.toBeNull();
  });

  test('one file at its cap does not keep others waiting', async () => {
    const budget = new ConnectionBudget(clock, { total: 3, perFile: 1 });
    const [, second, other] = [ask(budget, 'a'), ask(budget, 'a'), ask(budget, 'b')];
    await clock.advance(0);
    expect(second.lease).toBeNull();
    expect(other.lease).not.toBeNull();
  });

  test('releasing twice frees one connection', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const [first, second, third] = [ask(budget, 'a'), ask(budget, 'b'), ask(budget, 'c')];
    await clock.advance(0);
    first.lease?.release();
    first.lease?.release();
    await clock.advance(0);
    expect([second.lease === null, third.lease === null]).toEqual([false, true]);
  });

  test('one who leaves the queue is gone from it at once', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const leaver = new AbortController();
    const first = ask(budget, 'a');
    ask(budget, 'b', 'viewer', leaver.signal);
    await clock.advance(0);
    leaver.abort();
    expect(budget.waiting).toBe(0);
    first.lease?.release();
    await clock.advance(0);
    expect(budget.open).toBe(0);
  });

  test('whatever is asked, left and released in whatever order, the caps hold and nobody is forgotten', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('ask' as const),
        fileId: fc.constantFrom('a', 'b', 'c', 'd'),
        priority: fc.constantFrom<Priority>('viewer', 'browse', 'crawl', 'prefetch'),
      }),
      fc.record({ kind: fc.constantFrom('release', 'leave', 'idle'), which: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const budget = new ConnectionBudget(clock, { total: 4, perFile: 2 });
        const all: { asker: Asker; leaver: AbortController }[] = [];
        const holding = () => all.filter(({ asker }) => asker.lease !== null && !asker.reclaimed);
        const release = (asker: Asker): void => {
          asker.lease?.release();
          asker.reclaimed = true;
        };
        for (const step of steps) {
          if ('fileId' in step) {
            const leaver = new AbortController();
            all.push({ asker: ask(budget, step.fileId, step.priority, leaver.signal), leaver });
          } else if (step.kind === 'leave') {
            all[step.which % Math.max(all.length, 1)]?.leaver.abort();
          } else {
            const asker = holding()[step.which % Math.max(holding().length, 1)]?.asker;
            if (step.kind === 'idle') asker?.lease?.setIdle(true);
            else if (asker !== undefined) release(asker);
          }
          await Promise.resolve().then(() => undefined);
          expect(budget.open).toBeLessThanOrEqual(4);
          for (const fileId of ['a', 'b', 'c', 'd']) {
            expect(holding().filter(({ asker }) => asker.fileId === fileId).length).toBeLessThanOrEqual(2);
          }
        }
        while (budget.open > 0) {
          for (const { asker } of holding()) release(asker);
          await Promise.resolve().then(() => undefined);
        }
        expect(budget.waiting).toBe(0);
        for (const { asker, leaver } of all) {
          expect(asker.lease !== null || leaver.signal.aborted).toBe(true);
        }
      }),
    );
  });
});

describe('who goes first', () => {
  test('a viewer passes those in the queue who are less urgent', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const first = ask(budget, 'a');
    const [crawler, viewer] = [ask(budget, 'b', 'crawl'), ask(budget, 'c')];
    await clock.advance(0);
    first.lease?.release();
    await clock.advance(0);
    expect([crawler.lease === null, viewer.lease === null]).toEqual([true, false]);
  });

  test('a viewer takes the connection of the least urgent holder at once', async () => {
    const budget = new ConnectionBudget(clock, { total: 2, perFile: 1 });
    const [browser, prefetcher] = [ask(budget, 'a', 'browse'), ask(budget, 'b', 'prefetch')];
    await clock.advance(0);
    const viewer = ask(budget, 'c');
    await clock.advance(0);
    expect(viewer.lease).not.toBeNull();
    expect([browser.reclaimed, prefetcher.reclaimed]).toEqual([false, true]);
    expect(budget.open).toBe(2);
  });

  test('a connection that its holder does not use is given to an equal', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const paused = ask(budget, 'a');
    await clock.advance(0);
    paused.lease?.setIdle(true);
    const active = ask(budget, 'b');
    await clock.advance(0);
    expect(active.lease).toBeNull();
    await clock.advance(1_000);
    expect(active.lease).not.toBeNull();
    expect(paused.reclaimed).toBe(true);
  });

  test('a connection in use is not taken from an equal, but its turn ends by bytes or by time', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const holder = ask(budget, 'a');
    await clock.advance(0);
    expect(holder.lease?.isTurnOver(TURN_BYTES)).toBe(false);
    ask(budget, 'b');
    expect(holder.lease?.isTurnOver(0)).toBe(false);
    expect(holder.lease?.isTurnOver(TURN_BYTES)).toBe(true);
    await clock.advance(10_000);
    expect(holder.reclaimed).toBe(false);
    expect(holder.lease?.isTurnOver(0)).toBe(true);
  });

  test('a holder keeps what the one waiting could not use, or needs less', async () => {
    const budget = new ConnectionBudget(clock, { total: 3, perFile: 1 });
    const [other, full] = [ask(budget, 'a'), ask(budget, 'b')];
    await clock.advance(0);
    ask(budget, 'b');
    expect(other.lease?.isTurnOver(TURN_BYTES)).toBe(false);
    expect(full.lease?.isTurnOver(TURN_BYTES)).toBe(true);

    const small = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const viewer = ask(small, 'a');
    await clock.advance(0);
    ask(small, 'b', 'prefetch');
    expect(viewer.lease?.isTurnOver(TURN_BYTES)).toBe(false);
  });
});
