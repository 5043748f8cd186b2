import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { parseLenientJson } from './lenient-json.ts';
import type { StateStore } from './state-store.ts';

export interface CallRate {
  /** Steady rate at its best. */
  readonly callsPerSecond: number;
  /** Calls that may follow each other at once after a rest; from 2 on, the last is kept for viewers. */
  readonly burst: number;
}

/** 1fichier counts this many calls in a second before it speaks of a flood (API document section 4). */
const COUNTED_CALLS = 3;
/** The second in which it counts them, with a margin for clocks that differ (ms). */
const COUNTED_WITHIN_MS = 1_100;
const SLOWEST_SHARE = 0.1;
/** Successes it takes from the slowest rate back to the best, about. */
const SUCCESSES_TO_RECOVER = 60;
/** No call is under way for longer (ms). */
const LONGEST_CALL_MS = 30_000;
const REMEMBERED_MS = 10 * 60_000;
const FACT = 'call-allowance';

const savedAllowance = z.object({
  tokens: z.number(),
  callsPerSecond: z.number().positive(),
  /** ms since the epoch, as are the next. */
  at: z.number(),
  sentAt: z.array(z.number()),
});

interface RecentCall {
  /** ms since the epoch. */
  readonly sentAt: number;
  /** Monotonic ms; null: under way. */
  endedAt: number | null;
}

/**
 * How many calls 1fichier bears: a token bucket for the long run, and no more calls in any second than it counts by its
 * own clock. When a call reached it is not known before the answer is there, so a call counts from when it is sent until
 * a second after its answer. Kept in the store: a restart, however sudden, gains nothing.
 */
export class CallAllowance {
  readonly #clock: Clock;
  readonly #store: StateStore;
  readonly #settings: CallRate;
  readonly #mostInASecond: number;
  #rate: number;
  #tokens: number;
  #filledAt: number;
  #recent: readonly RecentCall[] = [];

  constructor(clock: Clock, store: StateStore, settings: CallRate) {
    this.#clock = clock;
    this.#store = store;
    this.#settings = settings;
    this.#mostInASecond = Math.max(settings.burst, COUNTED_CALLS);
    this.#rate = settings.callsPerSecond;
    this.#tokens = settings.burst;
    this.#filledAt = clock.monotonic();
    this.#restore();
  }

  get callsPerSecond(): number {
    return this.#rate;
  }

  /** Monotonic ms when a call can go as things stand at `now`; Infinity when another has to end first. */
  readyAt(viewer: boolean, now: number): number {
    this.#fill();
    return Math.max(this.#tokenAt(viewer, now), this.#roomAt(viewer));
  }

  /** Spends a call; whoever sends it calls the function it gives once the answer is there, or none will be. */
  spend(): () => void {
    this.#fill();
    this.#tokens -= 1;
    const call: RecentCall = { sentAt: this.#clock.now(), endedAt: null };
    this.#recent = [...this.#stillCounted(), call];
    this.#save();
    return () => {
      call.endedAt = this.#clock.monotonic();
    };
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

  #tokenAt(viewer: boolean, now: number): number {
    const reserve = viewer || this.#settings.burst < 2 ? 0 : 1;
    const missing = 1 + reserve - this.#tokens;
    return missing <= 0 ? now : now + Math.ceil((missing / this.#rate) * 1_000);
  }

  #roomAt(viewer: boolean): number {
    const most = this.#mostInASecond - (viewer ? 0 : 1);
    const counted = this.#stillCounted();
    if (counted.length < most) return 0;
    const leaving = counted.map(({ endedAt }) => (endedAt ?? Infinity) + COUNTED_WITHIN_MS);
    return leaving.toSorted((a, b) => a - b)[counted.length - most] ?? 0;
  }

  #stillCounted(): readonly RecentCall[] {
    const since = this.#clock.monotonic() - COUNTED_WITHIN_MS;
    return this.#recent.filter(({ endedAt }) => endedAt === null || endedAt > since);
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#filledAt) / 1_000) * this.#rate;
    this.#tokens = Math.min(this.#tokens + gained, this.#settings.burst);
    this.#filledAt = now;
  }

  #save(): void {
    const at = this.#clock.now();
    const sentAt = this.#recent.map((call) => call.sentAt);
    const saved = { tokens: this.#tokens, callsPerSecond: this.#rate, at, sentAt };
    this.#store.write(FACT, JSON.stringify(saved), at + REMEMBERED_MS);
  }

  #restore(): void {
    const parsed = savedAllowance.safeParse(parseLenientJson(this.#store.read(FACT) ?? ''));
    if (!parsed.success) return;
    const { tokens, callsPerSecond, at, sentAt } = parsed.data;
    this.#rate = Math.min(callsPerSecond, this.#settings.callsPerSecond);
    // A clock set back since makes no time pass.
    const elapsedMs = Math.max(0, this.#clock.now() - at);
    this.#tokens = Math.min(tokens + (elapsedMs / 1_000) * this.#rate, this.#settings.burst);
    const endedAt = this.#clock.monotonic();
    this.#recent = sentAt
      .filter((moment) => this.#clock.now() - moment < LONGEST_CALL_MS)
      .map((moment) => ({ sentAt: moment, endedAt }));
  }
}
