import type { Clock } from './clock.ts';

/** How long news that comes in flocks is waited out. */
export interface Patience {
  /** Until none came for so long (ms) … */
  readonly quietMs: number;
  /** … or the first has waited so long (ms), however steadily more come. */
  readonly longestMs: number;
}

/** Calls `run` once for many pieces of news, when they have come to an end. */
export class Debounce {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #run: () => void;
  #callOff: () => void = () => undefined;
  /** Monotonic, ms; null: nothing waits. */
  #waitingSince: number | null = null;
  #dueAt: number | null = null;

  constructor(clock: Clock, patience: Patience, run: () => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#run = run;
  }

  /** When `run` will be called, in ms since the epoch; null: nothing waits. */
  get dueAt(): number | null {
    return this.#dueAt;
  }

  note(): void {
    const now = this.#clock.monotonic();
    this.#waitingSince ??= now;
    const { quietMs, longestMs } = this.#patience;
    this.postpone(Math.min(quietMs, Math.max(0, this.#waitingSince + longestMs - now)));
  }

  /** Waits exactly so long (ms) from now, until there is further news. */
  postpone(delayMs: number): void {
    this.#callOff();
    this.#dueAt = this.#clock.now() + delayMs;
    this.#callOff = this.#clock.after(delayMs, () => {
      this.cancel();
      this.#run();
    });
  }

  /** Forgets what waits. */
  cancel(): void {
    this.#callOff();
    this.#callOff = () => undefined;
    this.#waitingSince = null;
    this.#dueAt = null;
  }
}
