import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Admission } from './admission.ts';
import type { ApiBudget, CallOptions, Priority } from './api.ts';
import type { CallAllowance } from './call-allowance.ts';
import type { Lane, Lanes } from './lanes.ts';

export interface PacedCall extends CallOptions {
  readonly lane?: Lane | undefined;
}

const RANKS: Readonly<Record<Priority, number>> = { viewer: 0, browse: 1, crawl: 2, prefetch: 3 };
/** Whoever has waited this long goes before newer calls of all but viewers, so that nobody starves. */
const PROMOTED_AFTER_MS = 60_000;
/** The longest that a person's call waits for its lane; beyond, it fails with the moment when the lane is free. */
const PERSON_WAITS_FOR_LANE_MS = 5_000;

interface WaitingCall {
  readonly call: PacedCall;
  /** Monotonic ms. */
  readonly since: number;
  readonly start: () => void;
  readonly reject: (error: BridgeError) => void;
}

/** One queue for all calls of the account. A viewer always goes first and finds a call that no one else may spend. */
export class Pacer {
  readonly #clock: Clock;
  readonly #allowance: CallAllowance;
  readonly #admission: Admission;
  readonly #lanes: Lanes;
  readonly #queue = new Set<WaitingCall>();
  #inFlight = 0;
  #callOffWake: (() => void) | null = null;

  constructor(clock: Clock, allowance: CallAllowance, admission: Admission, lanes: Lanes) {
    this.#clock = clock;
    this.#allowance = allowance;
    this.#admission = admission;
    this.#lanes = lanes;
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

  /** To be called when what bars calls may have changed. */
  reconsider(): void {
    this.#pump();
  }

  status(): Pick<ApiBudget, 'queued' | 'callsPerSecond'> {
    const queued = { viewer: 0, browse: 0, crawl: 0, prefetch: 0 };
    for (const { call } of this.#queue) queued[call.priority] += 1;
    return { queued, callsPerSecond: this.#allowance.callsPerSecond };
  }

  async #send<T>(call: PacedCall, send: () => Promise<T>): Promise<T> {
    const over = this.#allowance.spend();
    this.#inFlight += 1;
    try {
      if (call.lane !== undefined) this.#lanes.use(call.lane);
      call.onSent?.();
      return await send();
    } finally {
      over();
      this.#inFlight -= 1;
      this.#pump();
    }
  }

  #pump(): void {
    this.#callOffWake?.();
    this.#callOffWake = null;
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
    if (standing.state === 'probe' && this.#inFlight > 0) return Infinity;
    const laneFreeAt = lane === undefined ? now : this.#lanes.freeAt(lane);
    return Math.max(this.#allowance.readyAt(priority === 'viewer', now), laneFreeAt);
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
