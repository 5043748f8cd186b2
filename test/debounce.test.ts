import { expect, it, vi } from 'vitest';
import { Debounce } from '../src/debounce.ts';
import { FakeClock } from './support/fake-clock.ts';

function debounced(): { clock: FakeClock; run: ReturnType<typeof vi.fn>; debounce: Debounce } {
  const clock = new FakeClock();
  const run = vi.fn();
  return { clock, run, debounce: new Debounce(clock, { quietMs: 100, longestMs: 250 }, run) };
}

it('runs once when nothing more has come for a while, and says when that will be', async () => {
  const { clock, run, debounce } = debounced();
  expect(debounce.dueAt).toBeNull();
  debounce.note();
  await clock.advance(60);
  debounce.note();
  expect(debounce.dueAt).toBe(clock.now() + 100);
  await clock.advance(99);
  expect(run).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(run).toHaveBeenCalledTimes(1);
  expect(debounce.dueAt).toBeNull();
});

it('lets the first wait no longer than it may, however steadily more come', async () => {
  const { clock, run, debounce } = debounced();
  for (let time = 0; time < 500; time += 50) {
    debounce.note();
    await clock.advance(50);
  }
  expect(run).toHaveBeenCalledTimes(2);
});

it('waits as long as it is told to, and forgets what waits when it is told to', async () => {
  const { clock, run, debounce } = debounced();
  debounce.postpone(1000);
  await clock.advance(999);
  expect(run).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(run).toHaveBeenCalledTimes(1);
  debounce.note();
  debounce.cancel();
  await clock.advance(1000);
  expect(run).toHaveBeenCalledTimes(1);
  expect(debounce.dueAt).toBeNull();
});
