import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.ts';

interface Record {
  readonly guesses: number;
  readonly last: string;
  /** ms since the epoch. */
  readonly blockedUntil: number;
}

const FREE_GUESSES = 10;
const FIRST_BLOCK_MS = 1000;
const LONGEST_BLOCK_MS = 60_000;
const MOST_ADDRESSES = 1000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/**
 * Slows down whoever guesses tokens. The same wrong token again is no new guess, so a player that keeps an old
 * token locks out nobody.
 */
export class GuessLimiter {
  readonly #clock: Clock;
  readonly #records: LRUCache<string, Record>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#records = new LRUCache({
      max: MOST_ADDRESSES,
      ttl: FORGOTTEN_AFTER_MS,
      perf: { now: () => clock.monotonic() + 1 },
      ttlResolution: 0,
    });
  }

  /** ms since the epoch until which no token from this address is looked at, or null. */
  blockedUntil(address: string): number | null {
    const record = this.#records.get(networkOf(address));
    return record !== undefined && record.blockedUntil > this.#clock.now() ? record.blockedUntil : null;
  }

  noteWrong(address: string, guess: string): void {
    const network = networkOf(address);
    const record = this.#records.get(network) ?? { guesses: 0, last: '', blockedUntil: 0 };
    if (record.last === guess) return;
    const guesses = record.guesses + 1;
    const over = guesses - FREE_GUESSES;
    const block = over < 0 ? 0 : Math.min(FIRST_BLOCK_MS * 2 ** over, LONGEST_BLOCK_MS);
    this.#records.set(network, { guesses, last: guess, blockedUntil: this.#clock.now() + block });
  }
}

/** One IPv6 customer holds a /64: its addresses count as one. */
function networkOf(address: string): string {
  return address.includes(':') && !address.startsWith('::')
    ? address.split(':').slice(0, 4).join(':')
    : address;
}
