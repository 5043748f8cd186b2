import { systemClock, type Clock } from '../../src/clock.ts';

/** A clock on which `speed` seconds pass in one: waits of minutes take seconds, with real sockets in between. */
export function fastClock(speed: number): Clock {
  const began = systemClock.now();
  const beganMonotonic = systemClock.monotonic();
  const elapsed = (): number => (systemClock.monotonic() - beganMonotonic) * speed;
  return {
    now: () => Math.round(began + elapsed()),
    monotonic: elapsed,
    after: (delayMs, action) => systemClock.after(delayMs / speed, action),
  };
}
