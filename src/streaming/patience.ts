import type { Clock, Random } from '../clock.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 8_000;

/**
 * How long one read goes without a new byte before it is given up. The time in which the reader itself takes nothing
 * does not count. Costs no timer for each chunk: one runs, and looks at the last progress when it is due.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #totalMs: number;
  readonly #onExhausted: () => void;
  #lastProgress: number;
  #resting = false;
  #callOff: () => void;

  constructor(clock: Clock, random: Random, totalMs: number, onExhausted: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#totalMs = totalMs;
    this.#onExhausted = onExhausted;
    this.#lastProgress = clock.monotonic();
    this.#callOff = this.#checkIn(totalMs);
  }

  get leftMs(): number {
    return this.#totalMs - (this.#clock.monotonic() - this.#lastProgress);
  }

  /** A byte has come, and the reader has it in hand. */
  rest(): void {
    this.#resting = true;
  }

  /** The reader wants the next byte. */
  resume(): void {
    this.#resting = false;
    this.#lastProgress = this.#clock.monotonic();
  }

  /** Exponential, with jitter so that many readers do not come back at once (ms). */
  delayBefore(attempt: number): number {
    const longest = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
    return longest * (0.5 + this.#random() / 2);
  }

  stop(): void {
    this.#callOff();
  }

  #checkIn(delayMs: number): () => void {
    return this.#clock.after(delayMs, () => {
      if (!this.#resting && this.leftMs <= 0) this.#onExhausted();
      else this.#callOff = this.#checkIn(this.#resting ? this.#totalMs : this.leftMs);
    });
  }
}
