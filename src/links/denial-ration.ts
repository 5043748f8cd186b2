import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';

const WINDOW_MS = 60_000;
const MOST_DENIALS = 5;

/**
 * Each answer that a file does not exist counts towards a ban (API document section 1). When several came within a minute,
 * as when an owner has cleared out a folder that a media server is scanning, files that are likely to be gone as well are
 * asked for later.
 */
export class DenialRation {
  readonly #clock: Clock;
  /** Monotonic ms. */
  #denials: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  spend(): void {
    this.#denials = [...this.#recent(), this.#clock.monotonic()];
  }

  /** What a call for a file that is likely to be gone is told in its place; null: it may be sent. */
  refusal(): BridgeError | null {
    const oldest = this.#recent().at(-MOST_DENIALS);
    if (oldest === undefined) return null;
    const remainingMs = oldest + WINDOW_MS - this.#clock.monotonic();
    return new BridgeError('rate-limited', 'many files are gone, and this one was missing from its folder', {
      retryAt: this.#clock.now() + remainingMs,
    });
  }

  #recent(): number[] {
    const now = this.#clock.monotonic();
    return this.#denials.filter((at) => now - at < WINDOW_MS);
  }
}
