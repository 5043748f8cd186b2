import type { Clock } from '../clock.ts';
import type { LockCause, Tally } from './counts.ts';
import type { KoName } from './ko.ts';
import type { Quirks } from './quirks.ts';

/** What the flood rules look at. */
export interface GuardedCall {
  readonly endpoint: string;
  /** Folder listed, -1 for the whole account; null for a call that lists none. */
  readonly folderId: number | null;
}

/** Statuses of which too many earn a lock (API document section 1). */
const COSTLY_STATUSES = new Set([401, 403, 404, 410]);
const SECOND_MS = 1000;
const LISTING_ENDPOINTS = new Set(['folder/ls', 'file/ls']);

/** Counts calls and errors as 1fichier does, and locks the API to whoever makes too many. */
export class FloodGuard {
  readonly #quirks: Quirks;
  readonly #clock: Clock;
  #recentCalls: number[] = [];
  #recentErrors: number[] = [];
  readonly #lastCall = new Map<string, number>();
  readonly #tally: Tally;
  #lock: { until: number; readonly lengthMs: number; readonly cause: LockCause } | undefined;

  constructor(quirks: Quirks, clock: Clock, tally: Tally) {
    this.#quirks = quirks;
    this.#clock = clock;
    this.#tally = tally;
  }

  get locked(): boolean {
    return this.#lock !== undefined && this.#lock.until > this.#clock.now();
  }

  /** Takes note of a call; gives the refusal it gets, or null. */
  check(call: GuardedCall): KoName | null {
    if (this.#lock !== undefined && this.locked) {
      if (this.#quirks.lockExtendedByCalls) this.#lock.until = this.#clock.now() + this.#lock.lengthMs;
      return this.#wording(this.#lock.cause);
    }
    const broken = this.#brokenRule(call);
    if (broken === null) return null;
    this.lock(this.#quirks.lockSeconds, broken);
    return this.#wording(broken);
  }

  lock(seconds: number, cause: LockCause = 'ordered'): void {
    this.#lock = { until: this.#clock.now() + seconds * 1000, lengthMs: seconds * 1000, cause };
    this.#tally.lockBegan(cause);
  }

  unlock(): void {
    this.#lock = undefined;
  }

  /** Takes note of the status of an answer: errors that go on and on lock too. */
  answered(status: number): void {
    const budget = this.#quirks.errorBudget;
    if (budget === null || this.locked || !COSTLY_STATUSES.has(status)) return;
    this.#recentErrors = since(this.#clock.now() - budget.seconds * 1000, this.#recentErrors);
    this.#recentErrors.push(this.#clock.now());
    if (this.#recentErrors.length <= budget.answers) return;
    this.#recentErrors = [];
    this.lock(this.#quirks.lockSeconds, 'errors');
  }

  #brokenRule({ endpoint, folderId }: GuardedCall): LockCause | null {
    const { callsPerSecond, folderListingSeconds, wholeAccountSeconds, userInfoSeconds } = this.#quirks;
    if (this.#exceedsRate(callsPerSecond)) return 'calls-a-second';
    if (endpoint === 'user/info') {
      return this.#tooSoon(endpoint, userInfoSeconds) ? 'user-info-too-soon' : null;
    }
    if (folderId === null || !LISTING_ENDPOINTS.has(endpoint)) return null;
    const what = `${endpoint} ${folderId}`;
    if (folderId === -1) return this.#tooSoon(what, wholeAccountSeconds) ? 'account-listing-too-soon' : null;
    return this.#tooSoon(what, folderListingSeconds) ? 'folder-too-soon' : null;
  }

  #exceedsRate(callsPerSecond: number | null): boolean {
    if (callsPerSecond === null) return false;
    const now = this.#clock.now();
    this.#recentCalls = since(now - SECOND_MS, this.#recentCalls);
    this.#recentCalls.push(now);
    return this.#recentCalls.length > callsPerSecond;
  }

  #tooSoon(what: string, restSeconds: number | null): boolean {
    if (restSeconds === null) return false;
    const now = this.#clock.now();
    const last = this.#lastCall.get(what);
    this.#lastCall.set(what, now);
    return last !== undefined && now - last < restSeconds * 1000;
  }

  #wording(cause: LockCause): KoName {
    const { floodScope } = this.#quirks;
    if (floodScope !== 'by-rule') return `flood-${floodScope}`;
    return cause === 'user-info-too-soon' ? 'flood-user' : 'flood-ip';
  }
}

function since(moment: number, times: readonly number[]): number[] {
  return times.filter((time) => time > moment);
}
