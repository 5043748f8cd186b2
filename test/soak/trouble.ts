import type { Random } from '../../src/clock.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { presetQuirks } from '../../src/emulator/quirks.ts';

/** The longest and the shortest time between two events (ms). */
const LONGEST_REST_MS = 20_000;
const SHORTEST_REST_MS = 6_000;

/**
 * The emulator shares its process with the readers: on a busy machine calls that came one after the other are handled,
 * and counted, together. So it bears twice what 1fichier does; the calls of a minute are judged in the end.
 */
const MOST_CALLS_IN_A_SECOND = 6;
/** How long a flood lock lasts: less than a viewer waits (seconds). */
const LOCK_SECONDS = 12;
/** Links that die one after the other: as many as one read bears. */
const LINKS_THAT_DIE = 2;
/** How long the storage host takes no connection (ms). */
const OUTAGE_MS = 3_000;

/**
 * A 1fichier that keeps all its rules and whose requests go wrong by chance, with something worse now and then: links
 * die in a row, the API is locked, the storage host cannot be reached, a listing lies.
 */
export class Trouble {
  readonly #emulator: Emulator;
  readonly #random: Random;
  /** Each as often as it is to come before the others. */
  readonly #events: readonly (() => void)[];
  readonly #lockAfterMs: number;
  #lockTimer: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #outage: NodeJS.Timeout | null = null;
  #count = 0;

  /**
   * @param lockAfterMs when the API locks everyone out. It does so once: a lock that follows another within half an
   * hour is taken to last twice as long, and viewers are told at once that it lasts longer than they would wait.
   */
  constructor(emulator: Emulator, random: Random, lockAfterMs: number) {
    this.#emulator = emulator;
    this.#lockAfterMs = lockAfterMs;
    this.#random = random;
    const lie = (as: 'empty' | 'shrunken'): void => {
      emulator.apiFaults.next({ kind: 'listing', as }, { endpoint: 'folder/ls' });
    };
    const events: readonly (readonly [number, () => void])[] = [
      [2, () => emulator.faults.next({ kind: 'expire' }, {}, LINKS_THAT_DIE)],
      [3, () => void this.#beUnreachable()],
      [2, () => lie('empty')],
      [2, () => lie('shrunken')],
      [2, () => emulator.apiFaults.next({ kind: 'hang', forMs: 10_000 })],
    ];
    this.#events = events.flatMap(([share, event]) => Array.from({ length: share }, () => event));
    Object.assign(emulator.quirks, presetQuirks('documented'), { callsPerSecond: MOST_CALLS_IN_A_SECOND });
  }

  /** Events so far, flood locks among them. */
  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#emulator.faults.random({
      seed: 5,
      rate: 0.06,
      kinds: [
        { kind: 'expire' },
        { kind: 'status', status: 403 },
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
        { kind: 'reset' },
        { kind: 'reset', afterBytes: 'random' },
        { kind: 'reset', afterBytes: 'last' },
        { kind: 'short' },
        { kind: 'clipped', missingBytes: 100 },
        { kind: 'wrong-range' },
        { kind: 'html' },
        { kind: 'redirect', to: 'elsewhere' },
        { kind: 'stall', afterBytes: 'random' },
        { kind: 'drip', bytesPerSecond: 1, afterBytes: 'random' },
      ],
    });
    this.#emulator.apiFaults.random({
      seed: 6,
      rate: 0.04,
      kinds: [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
        { kind: 'html' },
        { kind: 'truncated' },
        { kind: 'reset' },
      ],
    });
    this.#lockTimer = setTimeout(() => this.#lock(), this.#lockAfterMs);
    this.#wait();
  }

  /** From now on nothing goes wrong. */
  async end(): Promise<void> {
    if (this.#lockTimer !== null) clearTimeout(this.#lockTimer);
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#outage !== null) clearTimeout(this.#outage);
    this.#emulator.faults.clear();
    this.#emulator.apiFaults.clear();
    this.#emulator.unlockApi();
    await this.#emulator.acceptStorageConnections();
  }

  #wait(): void {
    const rest = SHORTEST_REST_MS + this.#random() * (LONGEST_REST_MS - SHORTEST_REST_MS);
    this.#timer = setTimeout(() => {
      this.#count += 1;
      this.#events[Math.floor(this.#random() * this.#events.length)]?.();
      this.#wait();
    }, rest);
  }

  #lock(): void {
    this.#emulator.lockApi(LOCK_SECONDS);
  }

  async #beUnreachable(): Promise<void> {
    await this.#emulator.refuseStorageConnections();
    this.#outage = setTimeout(() => void this.#emulator.acceptStorageConnections(), OUTAGE_MS);
  }
}
