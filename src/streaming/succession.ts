import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** How long the end of a read is remembered for one who goes on from there (ms). */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 1_000;

interface ReadEnd {
  /** Bytes read in sequence up to here. */
  readonly progress: number;
  /** Monotonic ms. */
  readonly at: number;
}

/**
 * Knows who plays by one bounded range after the other. To read ahead such a player is a stream like any other: one
 * whose range begins where another was just read to its end is taken to have come all that way.
 */
export class Succession {
  readonly #clock: Clock;
  readonly #ends = new LRUCache<string, ReadEnd>({ max: MOST_REMEMBERED });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A range was read to its end at `position`, `progress` bytes in sequence after the first. */
  ended(contentKey: string, position: number, progress: number): void {
    this.#ends.set(`${contentKey}/${position}`, { progress, at: this.#clock.monotonic() });
  }

  /** Bytes read in sequence just before `position`; 0: none lately. */
  progressBefore(contentKey: string, position: number): number {
    const end = this.#ends.get(`${contentKey}/${position}`);
    return end !== undefined && this.#clock.monotonic() - end.at <= REMEMBERED_MS ? end.progress : 0;
  }
}
