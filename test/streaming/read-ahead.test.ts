import { describe, expect, test } from 'vitest';
import { ReadAheadBudget } from '../../src/streaming/read-ahead.ts';

const nothing = (): void => undefined;

describe('bytes for reading ahead', () => {
  test('are all for one who is alone', () => {
    const account = new ReadAheadBudget(100).open(nothing);
    expect(account.room(1_000)).toBe(100);
    account.take(30);
    expect(account.room(1_000)).toBe(70);
  });

  test('are shared alike among those who want more than their share', () => {
    const budget = new ReadAheadBudget(100);
    const [one, other] = [budget.open(nothing), budget.open(nothing)];
    other.room(1_000);
    expect(one.room(1_000)).toBe(50);
    one.take(50);
    expect([one.room(1_000), other.room(1_000)]).toEqual([0, 50]);
  });

  test('that one leaves of his share are there for the others', () => {
    const budget = new ReadAheadBudget(100);
    const [modest, greedy] = [budget.open(nothing), budget.open(nothing)];
    modest.room(10);
    expect(greedy.room(1_000)).toBe(90);
    modest.take(10);
    expect(greedy.room(1_000)).toBe(90);
  });

  test('that a newcomer may count on come from those who hold more than their share, as they give back', () => {
    const budget = new ReadAheadBudget(100);
    const early = budget.open(nothing);
    early.take(100);
    const late = budget.open(nothing);
    expect(late.room(1_000)).toBe(0);
    early.release(20);
    expect([early.room(1_000), late.room(1_000)]).toEqual([0, 20]);
  });

  test('overdrawn for want of the next byte are never negative, and are given back in full', () => {
    const budget = new ReadAheadBudget(100);
    const [one, other] = [budget.open(nothing), budget.open(nothing)];
    one.take(130);
    expect([one.room(1_000), other.room(1_000)]).toEqual([0, 0]);
    one.close();
    expect([budget.used, budget.peak, other.room(1_000)]).toEqual([0, 130, 100]);
  });

  test('come free for those who wait, once for each wait, and for nobody who has left', () => {
    const budget = new ReadAheadBudget(100);
    const woken: string[] = [];
    const holder = budget.open(nothing);
    const waiter = budget.open(() => woken.push('waiter'));
    const leaver = budget.open(() => woken.push('leaver'));
    holder.take(100);
    waiter.awaitRoom();
    leaver.awaitRoom();
    leaver.close();
    woken.length = 0;
    waiter.awaitRoom();
    holder.release(10);
    holder.release(10);
    expect(woken).toEqual(['waiter']);
  });
});
