import type { Clock } from '../clock.ts';
import type { BridgeError } from '../errors.ts';
import type { ApiBudget, Priority } from './api.ts';
import type { ErrorBudget } from './error-budget.ts';
import type { Refusal } from './failures.ts';
import type { FloodLock } from './flood-lock.ts';

const KEY_REFUSAL_LASTS_MS = 10 * 60_000;
/** Answers that add up to a ban (API document section 1). */
const COSTLY_STATUSES = new Set([401, 403, 404, 410]);

/** Whether a call may be sent now. */
export type Standing =
  | { readonly state: 'free' }
  /** Only while no other call is under way. */
  | { readonly state: 'probe' }
  | {
      readonly state: 'barred';
      readonly remainingMs: number;
      /** Whether the call may wait for it, or is told at once. */
      readonly waits: boolean;
      readonly error: BridgeError;
    };

/**
 * What 1fichier's answers so far allow: nothing after it refused the key or while it locks its API, no background work
 * while the error budget is spent. A crawl waits for that to pass; a person, and work that only pays off at once, is told.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #floodLock: FloodLock;
  readonly #errorBudget: ErrorBudget;
  #keyRefusal: { readonly error: BridgeError; readonly until: number } | null = null;

  constructor(clock: Clock, floodLock: FloodLock, errorBudget: ErrorBudget) {
    this.#clock = clock;
    this.#floodLock = floodLock;
    this.#errorBudget = errorBudget;
  }

  standing(priority: Priority): Standing {
    const keyRefusedMs = (this.#keyRefusal?.until ?? 0) - this.#clock.monotonic();
    if (this.#keyRefusal !== null && keyRefusedMs > 0) {
      return { state: 'barred', remainingMs: keyRefusedMs, waits: false, error: this.#keyRefusal.error };
    }
    const circuits = isBackground(priority) ? [this.#floodLock, this.#errorBudget] : [this.#floodLock];
    const open = circuits.find((circuit) => circuit.state() === 'open');
    if (open !== undefined) {
      const waits = priority === 'crawl';
      return { state: 'barred', remainingMs: open.remainingMs(), waits, error: open.refusal() };
    }
    return { state: circuits.some((circuit) => circuit.state() === 'half-open') ? 'probe' : 'free' };
  }

  succeeded(): void {
    this.#keyRefusal = null;
    this.#floodLock.lift();
    this.#errorBudget.succeed();
  }

  refused(refusal: Refusal, httpStatus: number, error: BridgeError, priority: Priority): void {
    if (refusal.lock !== null) this.#floodLock.impose(refusal.lock, refusal.words);
    // What people ask for is refused because it is gone; the crawl, which finds that out, must not wait for it.
    else if (isBackground(priority) && COSTLY_STATUSES.has(httpStatus)) this.#errorBudget.spend();
    if (refusal.kind === 'api-key-invalid') {
      this.#keyRefusal = { error, until: this.#clock.monotonic() + KEY_REFUSAL_LASTS_MS };
    }
  }

  /** What calls are told because of a lock. */
  lockError(): BridgeError {
    return this.#floodLock.refusal();
  }

  lock(): Pick<ApiBudget, 'lockedUntil' | 'lockReason'> {
    if (this.#floodLock.state() !== 'open') return { lockedUntil: null, lockReason: null };
    return {
      lockedUntil: this.#clock.now() + this.#floodLock.remainingMs(),
      lockReason: this.#floodLock.reason(),
    };
  }

  /** Another key: what 1fichier thought of the last one counts no more. */
  forgetKeyRefusal(): void {
    this.#keyRefusal = null;
  }
}

function isBackground(priority: Priority): boolean {
  return priority === 'crawl' || priority === 'prefetch';
}
