import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Priority } from '../../src/fichier/api.ts';
import {
  ConnectionBudget,
  TURN_BYTES,
  type ConnectionLease,
  type ConnectionUser,
} from '../../src/streaming/connection-budget.ts';
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

function userOf(fileId: string, priority: Priority = 'viewer', leadMs = () => 0): ConnectionUser {
  return { fileId, priority, leadMs };
}

function ask(budget: ConnectionBudget, fileId: string, priority: Priority = 'viewer', signal = never): Asker {
  return askFor(budget, userOf(fileId, priority), signal);
}

/** Asks for one who has bytes for some time yet (ms). */
function askAhead(budget: ConnectionBudget, fileId: string, leadMs: number): Asker {
  return askFor(
    budget,
    userOf(fileId, 'viewer', () => leadMs),
  );
}

function askFor(budget: ConnectionBudget, user: ConnectionUser, signal = never): Asker {
  const asker: Asker = { fileId: user.fileId, lease: null, reclaimed: false };
  const onReclaim = (): boolean => (asker.reclaimed = true);
  budget.acquire({ user, signal, onReclaim }).then(
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

  test('of equals, whoever runs out of bytes first goes first', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const holder = ask(budget, 'a');
    const [ahead, starving] = [askAhead(budget, 'b', 3_000), ask(budget, 'c')];
    await clock.advance(0);
    holder.lease?.release();
    await clock.advance(0);
    expect([ahead.lease === null, starving.lease === null]).toEqual([true, false]);
  });

  test('one who waits goes before those who run out of bytes later than he did', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const holder = ask(budget, 'a');
    const patient = askAhead(budget, 'b', 3_000);
    await clock.advance(4_000);
    const newcomer = ask(budget, 'c');
    holder.lease?.release();
    await clock.advance(0);
    expect([patient.lease === null, newcomer.lease === null]).toEqual([false, true]);
  });

  test('a holder who has enough for now hands over at once, to whoever waits or comes', async () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const first = ask(budget, 'a');
    const second = ask(budget, 'b');
    await clock.advance(0);
    first.lease?.rest();
    await clock.advance(0);
    expect([first.reclaimed, second.lease !== null]).toEqual([true, true]);
    second.lease?.rest();
    const third = ask(budget, 'c');
    await clock.advance(0);
    expect([second.reclaimed, third.lease !== null]).toEqual([true, true]);
  });

  test('a holder who rests keeps what nobody asks for', async () => {
    const budget = new ConnectionBudget(clock, { total: 2, perFile: 1 });
    const [resting, other] = [ask(budget, 'a'), ask(budget, 'b')];
    await clock.advance(0);
    resting.lease?.rest();
    await clock.advance(60_000);
    expect([resting.reclaimed, other.reclaimed, budget.open]).toEqual([false, false, 2]);
  });

  test('of the holders who have enough, the one with bytes for longest hands over', async () => {
    const budget = new ConnectionBudget(clock, { total: 2, perFile: 1 });
    const [short, long] = [askAhead(budget, 'a', 1_000), askAhead(budget, 'b', 2_000)];
    await clock.advance(0);
    short.lease?.rest();
    long.lease?.rest();
    ask(budget, 'c');
    await clock.advance(0);
    expect([short.reclaimed, long.reclaimed]).toEqual([false, true]);
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

describe('connections are short', () => {
  const viewer = userOf('a');

  test('for as many as share more than there are, and no longer once some have left', () => {
    const budget = new ConnectionBudget(clock, { total: 2, perFile: 2 });
    const others = [userOf('b'), userOf('c')];
    for (const user of [viewer, ...others]) budget.join(user);
    expect(budget.isShortFor(viewer)).toBe(true);
    budget.leave(others[0] ?? viewer);
    expect(budget.isShortFor(viewer)).toBe(false);
  });

  test('for those who read one file, though others have enough', () => {
    const budget = new ConnectionBudget(clock, { total: 9, perFile: 1 });
    const other = userOf('b');
    for (const user of [viewer, userOf('a'), other]) budget.join(user);
    expect([budget.isShortFor(viewer), budget.isShortFor(other)]).toEqual([true, false]);
  });

  test('for nobody on account of the less urgent, or of those who have paused', () => {
    const budget = new ConnectionBudget(clock, { total: 1, perFile: 1 });
    const crawler = userOf('a', 'crawl');
    const paused = userOf('b', 'viewer', () => Infinity);
    for (const user of [viewer, crawler, paused]) budget.join(user);
    expect([budget.isShortFor(viewer), budget.isShortFor(crawler)]).toEqual([false, true]);
  });
});
