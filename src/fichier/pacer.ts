import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Admission } from './admission.ts';
import type { ApiBudget, CallOptions, Priority } from './api.ts';
import type { Lane, Lanes } from './lanes.ts';

export interface PacerSettings {
  /** Steady rate at its best. */
  readonly callsPerSecond: number;
  /** Calls that may follow each other at once after a rest; from 2 on, the last is kept for viewers. */
  readonly burst: number;
  /** Calls under way at a time; a third, rounded down, is kept for viewers. */
  readonly maxInFlight: number;
}

export const defaultPacerSettings: PacerSettings = { callsPerSecond: 1, burst: 3, maxInFlight: 6 };

export interface PacedCall extends CallOptions {
  readonly lane?: Lane | undefined;
}

const RANKS: Readonly<Record<Priority, number>> = { viewer: 0, browse: 1, crawl: 2, prefetch: 3 };
/** Whoever has waited this long goes before newer calls of all but viewers, so that nobody starves. */
const PROMOTED_AFTER_MS = 60_000;
/** The longest that a person's call waits for its lane; beyond, it fails with the moment when the lane is free. */
const PERSON_WAITS_FOR_LANE_MS = 5_000;
const SLOWEST_SHARE = 0.1;
/** Successes it takes from the slowest rate back to the best, about. */
const SUCCESSES_TO_RECOVER = 60;

interface WaitingCall {
  readonly call: PacedCall;
  /** Monotonic ms. */
  readonly since: number;
  readonly start: () => void;
  readonly reject: (error: BridgeError) => void;
}

/**
 * One queue for all calls of the account: a token bucket whose rate halves when 1fichier complains and grows back with
 * every success. A viewer always goes first and finds a token that no one else may take.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #settings: PacerSettings;
  readonly #admission: Admission;
  readonly #lanes: Lanes;
  readonly #reserve: number;
  /** ms in which no more than a burst is sent. */
  readonly #burstWindowMs: number;
  /** When the last calls went (monotonic ms), a burst of them at most. */
  #sentAt: readonly number[] = [];
  readonly #queue = new Set<WaitingCall>();
  #rate: number;
  #tokens: number;
  #filledAt: number;
  #inFlight = 0;
  #callOffWake: (() => void) | null = null;

  constructor(clock: Clock, settings: PacerSettings, admission: Admission, lanes: Lanes) {
    this.#clock = clock;
    this.#settings = settings;
    this.#admission = admission;
    this.#lanes = lanes;
    this.#reserve = settings.burst >= 2 ? 1 : 0;
    // A bucket alone lets one call follow right after a burst; 1fichier counts 3 in a second by its own clock.
    this.#burstWindowMs = (settings.burst / settings.callsPerSecond / 2) * 1_000;
    this.#rate = settings.callsPerSecond;
    this.#tokens = settings.burst;
    this.#filledAt = clock.monotonic();
  }

  /**
   * Runs `send` when it is the call's turn. Rejects with the BridgeError of what bars the call, with `rate-limited` when
   * a person's call would wait too long for its lane, or with `cancelled`; `send` has not been called then.
   */
  run<T>(call: PacedCall, send: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (call.signal?.aborted === true) {
        reject(cancelled(call.signal));
        return;
      }
      const giveUp = (): void => {
        this.#queue.delete(waiting);
        if (call.signal !== undefined) reject(cancelled(call.signal));
        this.#pump();
      };
      const leave = (): void => {
        this.#queue.delete(waiting);
        call.signal?.removeEventListener('abort', giveUp);
      };
      const waiting: WaitingCall = {
        call,
        since: this.#clock.monotonic(),
        start: () => {
          leave();
          resolve(this.#send(call, send));
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      call.signal?.addEventListener('abort', giveUp, { once: true });
      this.#queue.add(waiting);
      this.#pump();
    });
  }

  slowDown(): void {
    this.#fill();
    this.#rate = Math.max(this.#rate / 2, this.#settings.callsPerSecond * SLOWEST_SHARE);
  }

  recover(): void {
    this.#fill();
    const step = this.#settings.callsPerSecond / SUCCESSES_TO_RECOVER;
    this.#rate = Math.min(this.#rate + step, this.#settings.callsPerSecond);
  }

  /** To be called when what bars calls may have changed. */
  reconsider(): void {
    this.#pump();
  }

  status(): Pick<ApiBudget, 'queued' | 'callsPerSecond'> {
    const queued = { viewer: 0, browse: 0, crawl: 0, prefetch: 0 };
    for (const { call } of this.#queue) queued[call.priority] += 1;
    return { queued, callsPerSecond: this.#rate };
  }

  async #send<T>(call: PacedCall, send: () => Promise<T>): Promise<T> {
    this.#tokens -= 1;
    this.#inFlight += 1;
    this.#sentAt = [...this.#sentAt, this.#clock.monotonic()].slice(-this.#settings.burst);
    try {
      if (call.lane !== undefined) this.#lanes.use(call.lane);
      call.onSent?.();
      return await send();
    } finally {
      this.#inFlight -= 1;
      this.#pump();
    }
  }

  #pump(): void {
    this.#callOffWake?.();
    this.#callOffWake = null;
    this.#fill();
    this.#rejectHopeless();
    // One look at the clock for the whole round: a clock that runs on meanwhile would make no call ever ready.
    const now = this.#clock.monotonic();
    for (;;) {
      const next = this.#inOrder(now).find((waiting) => this.#readyAt(waiting.call, now) <= now);
      if (next === undefined) break;
      next.start();
    }
    this.#wakeWhenReady(now);
  }

  #inOrder(now: number): WaitingCall[] {
    const rank = ({ call, since }: WaitingCall): number =>
      now - since >= PROMOTED_AFTER_MS ? Math.min(RANKS[call.priority], RANKS.browse) : RANKS[call.priority];
    return [...this.#queue].sort((a, b) => rank(a) - rank(b) || a.since - b.since);
  }

  #rejectHopeless(): void {
    const now = this.#clock.monotonic();
    for (const waiting of [...this.#queue]) {
      const { priority, lane } = waiting.call;
      const standing = this.#admission.standing(priority);
      if (standing.state === 'barred' && !standing.waits) {
        waiting.reject(standing.error);
        continue;
      }
      const laneMs = lane === undefined ? 0 : this.#lanes.freeAt(lane) - now;
      const person = priority === 'viewer' || priority === 'browse';
      if (person && laneMs > PERSON_WAITS_FOR_LANE_MS) waiting.reject(laneBusy(this.#clock.now() + laneMs));
    }
  }

  /** Monotonic ms when the call can go as things stand at `now`; Infinity when another call has to end first. */
  #readyAt({ priority, lane }: PacedCall, now: number): number {
    const standing = this.#admission.standing(priority);
    if (standing.state === 'barred') return now + Math.ceil(standing.remainingMs);
    if (this.#inFlight >= this.#mostInFlight(standing.state, priority)) return Infinity;
    const laneFreeAt = lane === undefined ? now : this.#lanes.freeAt(lane);
    return Math.max(now + this.#msToToken(priority), this.#burstOverAt(), laneFreeAt);
  }

  #mostInFlight(state: 'free' | 'probe', priority: Priority): number {
    if (state === 'probe') return 1;
    const { maxInFlight } = this.#settings;
    return priority === 'viewer' ? maxInFlight : maxInFlight - Math.floor(maxInFlight / 3);
  }

  #msToToken(priority: Priority): number {
    const missing = 1 + (priority === 'viewer' ? 0 : this.#reserve) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing / this.#rate) * 1_000);
  }

  #burstOverAt(): number {
    const [first] = this.#sentAt;
    return first === undefined || this.#sentAt.length < this.#settings.burst
      ? 0
      : first + this.#burstWindowMs;
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#filledAt) / 1_000) * this.#rate;
    this.#tokens = Math.min(this.#tokens + gained, this.#settings.burst);
    this.#filledAt = now;
  }

  #wakeWhenReady(now: number): void {
    const readyAt = Math.min(...[...this.#queue].map(({ call }) => this.#readyAt(call, now)));
    if (readyAt === Infinity) return;
    this.#callOffWake = this.#clock.after(readyAt - now, () => this.#pump());
  }
}

function cancelled(signal: AbortSignal): BridgeError {
  return new BridgeError('cancelled', 'the call was given up', { cause: signal.reason });
}

function laneBusy(retryAt: number): BridgeError {
  return new BridgeError('rate-limited', '1fichier was asked for this a moment ago', { retryAt });
}
