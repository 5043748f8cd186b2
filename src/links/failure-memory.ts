import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { BridgeError, FailureKind } from '../errors.ts';

interface Life {
  /** How long the failure is repeated without asking again (ms), unless the error itself says until when. */
  readonly lifeMs: number;
  /** Whether it would hit every file of the account. */
  readonly accountWide: boolean;
  /** It doubles with each time in a row, up to this (ms). */
  readonly longestMs?: number;
}

/** Repeated 4xx answers earn bans (API document section 1): what failed is not asked again at once. */
const LIVES: Partial<Record<FailureKind, Life>> = {
  'file-not-found': { lifeMs: 60_000, accountWide: false, longestMs: 3_600_000 },
  'file-refused': { lifeMs: 60_000, accountWide: false },
  'link-refused': { lifeMs: 60_000, accountWide: false },
  'upstream-refused': { lifeMs: 30_000, accountWide: false },
  'malformed-answer': { lifeMs: 2_000, accountWide: false },
  'upstream-unavailable': { lifeMs: 1_000, accountWide: false },
  'api-key-invalid': { lifeMs: 30_000, accountWide: true },
  'not-premium': { lifeMs: 60_000, accountWide: true },
  'network-refused': { lifeMs: 60_000, accountWide: true },
  'location-conflict': { lifeMs: 30_000, accountWide: true },
  'flood-locked': { lifeMs: 10_000, accountWide: true },
  'rate-limited': { lifeMs: 2_000, accountWide: true },
};

interface Failure {
  readonly error: BridgeError;
  /** Monotonic ms. */
  readonly until: number;
  /** ms. */
  readonly lifeMs: number;
}

/** Negative cache of the link calls: a failure is repeated from memory for as long as its kind says. */
export class FailureMemory {
  readonly #clock: Clock;
  readonly #byFile: LRUCache<string, Failure>;
  #ofAccount: Failure | null = null;

  /** @param capacity most files remembered. */
  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#byFile = new LRUCache({ max: capacity });
  }

  remember(fileUrl: string, error: BridgeError): void {
    const life = LIVES[error.kind];
    if (life === undefined) return;
    const lifeMs =
      error.retryAt === undefined ? this.#lifeOf(fileUrl, error, life) : error.retryAt - this.#clock.now();
    const failure = { error, until: this.#clock.monotonic() + lifeMs, lifeMs };
    if (life.accountWide) this.#ofAccount = failure;
    else this.#byFile.set(fileUrl, failure);
  }

  /** The file is well again. */
  forget(fileUrl: string): void {
    this.#byFile.delete(fileUrl);
  }

  recall(fileUrl: string): BridgeError | null {
    return this.#current(this.#ofAccount) ?? this.#current(this.#byFile.get(fileUrl));
  }

  #lifeOf(fileUrl: string, error: BridgeError, { lifeMs, longestMs = lifeMs }: Life): number {
    const last = this.#byFile.get(fileUrl);
    return last?.error.kind === error.kind ? Math.min(last.lifeMs * 2, longestMs) : lifeMs;
  }

  #current(failure: Failure | null | undefined): BridgeError | null {
    return failure != null && failure.until > this.#clock.monotonic() ? failure.error : null;
  }
}
