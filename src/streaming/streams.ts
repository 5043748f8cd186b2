import type { Clock } from '../clock.ts';
import type { BridgeError } from '../errors.ts';
import type { Content, Healing, ReadRequest } from './content.ts';
import type { ByteRange } from './range.ts';

/** Where a delivered byte was found. Upstream: in a block that was just being fetched, for whomever. */
export type ByteSource = 'memory' | 'disk' | 'upstream';

type BytesBySource = Readonly<Record<ByteSource, number>>;

/** One read of one range, as the status page shows it. Times in ms since the epoch, sizes in bytes. */
export interface StreamStatus {
  readonly id: number;
  readonly file: { readonly id: string; readonly name: string; readonly size: number };
  /** Null: the bridge itself reads. */
  readonly client: string | null;
  readonly range: ByteRange;
  /** Offset of the next byte to hand over. */
  readonly position: number;
  /** Bytes per second over the last ten seconds. */
  readonly rate: number;
  readonly bytes: BytesBySource;
  readonly renewals: number;
  readonly retries: number;
  readonly startedAt: number;
  /** The last thing that had to be healed, or what ended the stream, in plain words. */
  readonly lastProblem: string | null;
}

export interface FailedStream extends StreamStatus {
  readonly failedAt: number;
  readonly kind: BridgeError['kind'];
}

export interface StreamTotals {
  readonly opened: number;
  readonly failed: number;
  /** Given up by the client before the range's end. */
  readonly abandoned: number;
  readonly delivered: BytesBySource;
  /** Bytes that came from the storage host, read ahead ones too. */
  readonly fetched: number;
  readonly healings: Readonly<Record<Healing['action'], number>>;
}

const FAILURES_KEPT = 50;
const RATE_SECONDS = 10;

/** Who streams what: what `/api/v1/streams` and the metrics are made from. */
export class StreamRegistry {
  readonly #clock: Clock;
  readonly #active = new Set<StreamRecord>();
  readonly #failed: FailedStream[] = [];
  readonly #delivered: Record<ByteSource, number> = { memory: 0, disk: 0, upstream: 0 };
  readonly #healings: Record<Healing['action'], number> = {
    'link-renewed': 0,
    resumed: 0,
    retried: 0,
    waited: 0,
  };
  #opened = 0;
  #failures = 0;
  #abandoned = 0;
  #fetched = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(content: Content, request: ReadRequest): StreamRecord {
    this.#opened += 1;
    const record = new StreamRecord(this.#opened, content, request, this.#clock, {
      delivered: (bytes, source) => (this.#delivered[source] += bytes),
      healed: (action) => (this.#healings[action] += 1),
      ended: (error) => this.#end(record, error),
    });
    this.#active.add(record);
    return record;
  }

  fetched(bytes: number): void {
    this.#fetched += bytes;
  }

  active(): readonly StreamStatus[] {
    return [...this.#active].map((record) => record.status());
  }

  /** The latest, newest first. */
  failed(): readonly FailedStream[] {
    return this.#failed.toReversed();
  }

  totals(): StreamTotals {
    return {
      opened: this.#opened,
      failed: this.#failures,
      abandoned: this.#abandoned,
      delivered: { ...this.#delivered },
      fetched: this.#fetched,
      healings: { ...this.#healings },
    };
  }

  #end(record: StreamRecord, error: BridgeError | null): void {
    if (!this.#active.delete(record) || error === null) return;
    if (error.kind === 'cancelled') {
      this.#abandoned += 1;
      return;
    }
    this.#failures += 1;
    const status = { ...record.status(), lastProblem: error.message };
    this.#failed.push({ ...status, failedAt: this.#clock.now(), kind: error.kind });
    if (this.#failed.length > FAILURES_KEPT) this.#failed.shift();
  }
}

interface StreamListener {
  delivered(bytes: number, source: ByteSource): void;
  healed(action: Healing['action']): void;
  ended(error: BridgeError | null): void;
}

/** What is known of one stream while it runs. */
export class StreamRecord {
  readonly #id: number;
  readonly #content: Content;
  readonly #request: ReadRequest;
  readonly #clock: Clock;
  readonly #listener: StreamListener;
  readonly #startedAt: number;
  readonly #bytes: Record<ByteSource, number> = { memory: 0, disk: 0, upstream: 0 };
  readonly #rate: SlidingRate;
  #position: number;
  #renewals = 0;
  #retries = 0;
  #lastProblem: string | null = null;

  constructor(id: number, content: Content, request: ReadRequest, clock: Clock, listener: StreamListener) {
    this.#id = id;
    this.#content = content;
    this.#request = request;
    this.#clock = clock;
    this.#listener = listener;
    this.#startedAt = clock.now();
    this.#position = request.range.start;
    this.#rate = new SlidingRate(clock.monotonic());
  }

  /** Bytes per second over the last ten seconds. */
  get rate(): number {
    return this.#rate.perSecond(this.#clock.monotonic());
  }

  delivered(bytes: number, source: ByteSource): void {
    this.#position += bytes;
    this.#bytes[source] += bytes;
    this.#rate.add(bytes, this.#clock.monotonic());
    this.#listener.delivered(bytes, source);
  }

  healed(healing: Healing): void {
    if (healing.action === 'link-renewed') this.#renewals += 1;
    else this.#retries += 1;
    this.#lastProblem = healing.reason;
    this.#listener.healed(healing.action);
  }

  /** Null: all bytes were handed over. */
  ended(error: BridgeError | null): void {
    this.#listener.ended(error);
  }

  status(): StreamStatus {
    const { id, name, size } = this.#content;
    return {
      id: this.#id,
      file: { id, name, size },
      client: this.#request.client,
      range: this.#request.range,
      position: this.#position,
      rate: this.rate,
      bytes: { ...this.#bytes },
      renewals: this.#renewals,
      retries: this.#retries,
      startedAt: this.#startedAt,
      lastProblem: this.#lastProblem,
    };
  }
}

/** Bytes per second over the last seconds, in one bucket a second. */
class SlidingRate {
  readonly #startedAt: number;
  readonly #buckets = new Float64Array(RATE_SECONDS);
  #second = 0;

  constructor(startedAtMs: number) {
    this.#startedAt = startedAtMs;
  }

  add(bytes: number, nowMs: number): void {
    this.#turnTo(nowMs);
    const bucket = this.#second % RATE_SECONDS;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + bytes;
  }

  perSecond(nowMs: number): number {
    this.#turnTo(nowMs);
    const seconds = Math.min(Math.max((nowMs - this.#startedAt) / 1000, 1), RATE_SECONDS);
    return Math.round(this.#buckets.reduce((sum, bytes) => sum + bytes, 0) / seconds);
  }

  #turnTo(nowMs: number): void {
    const second = Math.floor((nowMs - this.#startedAt) / 1000);
    if (second - this.#second >= RATE_SECONDS) this.#buckets.fill(0);
    else
      for (let passed = this.#second + 1; passed <= second; passed += 1)
        this.#buckets[passed % RATE_SECONDS] = 0;
    this.#second = Math.max(second, this.#second);
  }
}
