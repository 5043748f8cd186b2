import type { Clock } from '../clock.ts';
import type { StateStore } from './state-store.ts';

/** A limit of its own beside the rate of all calls: one call in `intervalMs` under this name. */
export interface Lane {
  readonly name: string;
  readonly intervalMs: number;
}

/** ms between two calls of one lane. */
export interface LaneIntervals {
  /** Listings of one folder. */
  readonly folderMs: number;
  readonly accountMs: number;
  readonly fileInfoMs: number;
}

/**
 * What the API stands (API document section 4): one folder once in 30 s, the account once in 5 minutes; here with a
 * margin for clocks that differ. For `file/info` no limit is documented, but frequent use earned locks (2.4).
 */
export const documentedIntervals: LaneIntervals = {
  folderMs: 33_000,
  accountMs: 6 * 60_000,
  fileInfoMs: 5_000,
};

/** Shorter waits than this are not worth a write to disk. */
const WORTH_KEEPING_MS = 30_000;
const SWEEP_AT = 1_000;

/** Remembers when each lane is free again, over a restart too. */
export class Lanes {
  readonly #clock: Clock;
  readonly #store: StateStore;
  /** Monotonic ms by name. */
  readonly #freeAt = new Map<string, number>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock, store: StateStore) {
    this.#clock = clock;
    this.#store = store;
  }

  /** On the monotonic clock; in the past when the lane is free. */
  freeAt(lane: Lane): number {
    const known = this.#freeAt.get(lane.name);
    if (known !== undefined) return known;
    const restored = this.#restore(lane);
    this.#freeAt.set(lane.name, restored);
    return restored;
  }

  /** To be told of each call when it is sent and when it is answered: 1fichier counts from somewhere in between. */
  use(lane: Lane): void {
    const until = this.#clock.now() + lane.intervalMs;
    this.#freeAt.set(lane.name, this.#clock.monotonic() + lane.intervalMs);
    if (lane.intervalMs >= WORTH_KEEPING_MS) this.#store.write(factName(lane), String(until), until);
    this.#sweep();
  }

  /** Takes a use back: the call never reached 1fichier. */
  release(lane: Lane): void {
    this.#freeAt.set(lane.name, this.#clock.monotonic());
    this.#store.remove(factName(lane));
  }

  #restore(lane: Lane): number {
    const until = Number(this.#store.read(factName(lane)) ?? 0);
    const remaining = Math.min(until - this.#clock.now(), lane.intervalMs);
    return this.#clock.monotonic() + (Number.isFinite(remaining) ? remaining : 0);
  }

  #sweep(): void {
    if (this.#freeAt.size < this.#sweepAt) return;
    const now = this.#clock.monotonic();
    for (const [name, freeAt] of this.#freeAt) if (freeAt <= now) this.#freeAt.delete(name);
    this.#sweepAt = SWEEP_AT + 2 * this.#freeAt.size;
  }
}

function factName(lane: Lane): string {
  return `lane:${lane.name}`;
}
