import type { Clock, Random } from '../clock.ts';
import { BridgeError } from '../errors.ts';

const MINUTE_MS = 60_000;
const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 10 * MINUTE_MS;
const JITTER = 0.2;
const WINDOW_MS = 10 * MINUTE_MS;
const MOST_IN_A_ROW = 3;
const MOST_IN_WINDOW = 10;

/**
 * Repeated 401, 403, 404, 410 and 429 answers earn a ban of the address (API document section 1). Three in a row or ten
 * in ten minutes, to background work, pause it, for a minute at first and doubling; then one call tries whether it is better.
 */
export class ErrorBudget {
  readonly #clock: Clock;
  readonly #random: Random;
  #refusals: number[] = [];
  #inARow = 0;
  #pauses = 0;
  #pausedUntil: number | null = null;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  state(): 'closed' | 'open' | 'half-open' {
    if (this.#pausedUntil === null) return 'closed';
    return this.remainingMs() > 0 ? 'open' : 'half-open';
  }

  remainingMs(): number {
    return Math.max(0, (this.#pausedUntil ?? 0) - this.#clock.monotonic());
  }

  spend(): void {
    const now = this.#clock.monotonic();
    this.#refusals = [...this.#refusals.filter((at) => now - at < WINDOW_MS), now];
    this.#inARow += 1;
    const exhausted =
      this.state() === 'half-open' ||
      this.#inARow >= MOST_IN_A_ROW ||
      this.#refusals.length >= MOST_IN_WINDOW;
    if (exhausted && this.state() !== 'open') this.#pause(now);
  }

  succeed(): void {
    this.#inARow = 0;
    if (this.state() === 'open') return;
    this.#pausedUntil = null;
    this.#pauses = 0;
  }

  refusal(): BridgeError {
    return new BridgeError('rate-limited', 'too many calls were refused lately; background work pauses', {
      retryAt: this.#clock.now() + this.remainingMs(),
    });
  }

  #pause(now: number): void {
    const duration = Math.min(FIRST_PAUSE_MS * 2 ** this.#pauses, LONGEST_PAUSE_MS);
    this.#pausedUntil = now + duration * (1 + JITTER * this.#random());
    this.#pauses += 1;
    this.#inARow = 0;
    this.#refusals = [];
  }
}
