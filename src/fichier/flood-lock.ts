import { z } from 'zod';
import type { Clock, Random } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { FailureKind } from '../errors.ts';
import type { LockGrade } from './failures.ts';
import { parseLenientJson } from './lenient-json.ts';
import type { StateStore } from './state-store.ts';

const MINUTE_MS = 60_000;

interface GradeTraits {
  readonly kind: FailureKind & ('flood-locked' | 'rate-limited' | 'location-conflict');
  readonly firstMs: number;
  /** Doubling with each lock that follows closely ends here. */
  readonly longestMs: number;
}

const GRADES: Readonly<Record<LockGrade, GradeTraits>> = {
  flood: { kind: 'flood-locked', firstMs: MINUTE_MS, longestMs: 10 * MINUTE_MS },
  'ip-lock': { kind: 'flood-locked', firstMs: 60 * MINUTE_MS, longestMs: 60 * MINUTE_MS },
  'too-fast': { kind: 'rate-limited', firstMs: MINUTE_MS / 2, longestMs: 10 * MINUTE_MS },
  location: { kind: 'location-conflict', firstMs: 5 * MINUTE_MS, longestMs: 5 * MINUTE_MS },
};

/** A lock this long after the last one starts from the shortest duration again. */
const FORGIVEN_AFTER_MS = 30 * MINUTE_MS;
/** Up to this share is added by chance, so that bridges sharing an address do not return together. */
const JITTER = 0.2;
const LONGEST_LOCK_MS = 60 * MINUTE_MS * (1 + JITTER);
const FACT = 'flood-lock';

const savedLock = z.object({
  grade: z.enum(['flood', 'ip-lock', 'too-fast', 'location']),
  reason: z.string(),
  /** ms since the epoch. */
  until: z.number(),
  strikes: z.number().int().positive(),
});

interface Lock {
  readonly grade: LockGrade;
  readonly reason: string;
  /** On the monotonic clock. */
  readonly until: number;
  readonly strikes: number;
  readonly confirmedOver: boolean;
}

/**
 * The API's refusal to take any call from this address, account or key (API document section 1). Calls made during it
 * are thought to lengthen it, so none is sent. When its time is over it is half open: one call tries, and only its
 * success ends the lock; another refusal doubles it. It is kept in the store, so that a restart is no way around it.
 */
export class FloodLock {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #store: StateStore;
  #lock: Lock | null;

  constructor(clock: Clock, random: Random, store: StateStore) {
    this.#clock = clock;
    this.#random = random;
    this.#store = store;
    this.#lock = this.#restore();
  }

  state(): 'closed' | 'open' | 'half-open' {
    if (this.#lock === null || this.#lock.confirmedOver) return 'closed';
    return this.remainingMs() > 0 ? 'open' : 'half-open';
  }

  remainingMs(): number {
    return this.#lock === null ? 0 : Math.max(0, this.#lock.until - this.#clock.monotonic());
  }

  reason(): string | null {
    return this.state() === 'closed' ? null : (this.#lock?.reason ?? null);
  }

  /** Begins a lock, or lets a half-open one begin again for longer. Answers that come late to an open one change nothing. */
  impose(grade: LockGrade, reason: string): void {
    const outranks = grade === 'ip-lock' && this.#lock?.grade !== 'ip-lock';
    if (this.state() === 'open' && !outranks) return;
    const strikes = this.#strikesOfLate() + 1;
    const { firstMs, longestMs } = GRADES[grade];
    const duration = Math.min(firstMs * 2 ** (strikes - 1), longestMs) * (1 + JITTER * this.#random());
    this.#lock = { grade, reason, strikes, until: this.#clock.monotonic() + duration, confirmedOver: false };
    const until = this.#clock.now() + duration;
    this.#store.write(FACT, JSON.stringify({ grade, reason, until, strikes }), until + FORGIVEN_AFTER_MS);
  }

  /** A call got through: ends a half-open lock. */
  lift(): void {
    if (this.#lock === null || this.state() !== 'half-open') return;
    this.#lock = { ...this.#lock, confirmedOver: true };
    this.#store.remove(FACT);
  }

  /** What a call is told while the lock is open. */
  refusal(): BridgeError {
    const kind = GRADES[this.#lock?.grade ?? 'flood'].kind;
    return new BridgeError(kind, `1fichier takes no calls at the moment: ${this.reason() ?? 'locked'}`, {
      retryAt: this.#clock.now() + this.remainingMs(),
    });
  }

  #strikesOfLate(): number {
    if (this.#lock === null) return 0;
    return this.#clock.monotonic() - this.#lock.until > FORGIVEN_AFTER_MS ? 0 : this.#lock.strikes;
  }

  #restore(): Lock | null {
    const stored = this.#store.read(FACT);
    if (stored === null) return null;
    const parsed = savedLock.safeParse(parseLenientJson(stored));
    if (!parsed.success) return null;
    const { grade, reason, until, strikes } = parsed.data;
    // A clock set back since must not turn minutes into days.
    const remaining = Math.min(until - this.#clock.now(), LONGEST_LOCK_MS);
    return { grade, reason, strikes, until: this.#clock.monotonic() + remaining, confirmedOver: false };
  }
}
