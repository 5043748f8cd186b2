import { systemClock, type Clock } from '../../src/clock.ts';

interface Alarm {
  readonly at: number;
  readonly action: () => void;
  callOff: () => void;
}

/**
 * A clock on which `speed` seconds pass in one, and which can leap: hours are over at once, and between leaps real
 * sockets have time to answer.
 */
export class LeapingClock implements Clock {
  readonly #began = systemClock.now();
  readonly #beganMonotonic = systemClock.monotonic();
  readonly #speed: number;
  readonly #alarms = new Set<Alarm>();
  #leapt = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return Math.round(this.#began + this.monotonic());
  }

  monotonic(): number {
    return (systemClock.monotonic() - this.#beganMonotonic) * this.#speed + this.#leapt;
  }

  after(delayMs: number, action: () => void): () => void {
    const alarm: Alarm = { at: this.monotonic() + Math.max(0, delayMs), action, callOff: () => undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => {
      this.#alarms.delete(alarm);
      alarm.callOff();
    };
  }

  leap(ms: number): void {
    this.#leapt += ms;
    for (const alarm of this.#alarms) {
      alarm.callOff();
      this.#arm(alarm);
    }
  }

  #arm(alarm: Alarm): void {
    const left = Math.max(0, alarm.at - this.monotonic());
    alarm.callOff = systemClock.after(left / this.#speed, () => {
      this.#alarms.delete(alarm);
      alarm.action();
    });
  }
}
