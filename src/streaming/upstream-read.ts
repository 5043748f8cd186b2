import { sleep, type Random } from '../clock.ts';
import { BridgeError, asBridgeError } from '../errors.ts';
import type { DirectLink, LinkSource } from '../links/link.ts';
import type { LinkUse } from '../links/link-trials.ts';
import {
  TURN_BYTES,
  type ConnectionBudget,
  type ConnectionLease,
  type ConnectionUser,
} from './connection-budget.ts';
import type { Content, Healing, Need, UpstreamBytes, UpstreamRequest } from './content.ts';
import { Patience } from './patience.ts';
import type { ByteRange } from './range.ts';
import { Recovery } from './recovery.ts';
import type { Asked, Setback } from './storage-answer.ts';
import { requestMedia, transportSetback, type Media, type StorageConnection } from './storage-request.ts';

/** What reads share. */
export interface UpstreamReadParts extends StorageConnection {
  readonly links: LinkSource;
  readonly budget: ConnectionBudget;
  readonly random: Random;
  /** How long one read goes without a new byte before it fails (ms). */
  readonly patienceMs: number;
}

/** An open body and the right to its connection. */
interface Transfer {
  readonly media: Media;
  readonly lease: ConnectionLease;
  readonly link: DirectLink;
}

/** Whoever waits for the first byte goes before those who run out of bytes less than this later (ms): their players have some. */
const HEAD_START_MS = 500;

const ALL_AT_ONCE: Need = { leadMs: () => 0, goal: () => Infinity };
const RETURNED = new BridgeError('cancelled', 'the reader has had enough');

/**
 * One read. An async generator in all but one respect: `return` takes effect at once, even while a `next` is
 * pending, which then ends as if the bytes were over.
 */
export class UpstreamRead implements UpstreamBytes {
  readonly #parts: UpstreamReadParts;
  readonly #content: Content;
  readonly #end: number;
  readonly #request: UpstreamRequest;
  readonly #need: Need;
  readonly #user: ConnectionUser;
  readonly #start: number;
  readonly #recovery = new Recovery();
  readonly #scope = new AbortController();
  readonly #bytes: AsyncGenerator<Buffer, void, undefined>;
  #position: number;
  #transfer: Transfer | null = null;
  /** Why the read ended before its last byte; null: it goes on. */
  #ending: BridgeError | null = null;
  #lastReason = 'the storage host did not answer';

  constructor(parts: UpstreamReadParts, content: Content, range: ByteRange, request: UpstreamRequest) {
    this.#parts = parts;
    this.#content = content;
    this.#request = request;
    this.#need = request.need ?? ALL_AT_ONCE;
    this.#user = {
      fileId: content.id,
      priority: request.priority,
      leadMs: () => this.#need.leadMs() + (this.#position > this.#start ? HEAD_START_MS : 0),
    };
    this.#start = range.start;
    this.#end = range.end;
    this.#position = range.start;
    this.#bytes = this.#run();
  }

  get connected(): boolean {
    return this.#transfer !== null;
  }

  rest(): void {
    this.#transfer?.lease.rest();
  }

  next(): Promise<IteratorResult<Buffer, void>> {
    return this.#bytes.next();
  }

  return(): Promise<IteratorResult<Buffer, void>> {
    this.#stop(RETURNED);
    return this.#bytes.return();
  }

  throw(error: unknown): Promise<IteratorResult<Buffer, void>> {
    this.#stop(RETURNED);
    return this.#bytes.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async *#run(): AsyncGenerator<Buffer, void, undefined> {
    const { signal } = this.#request;
    const onAbort = (): void => this.#stop(new BridgeError('cancelled', 'the read was cancelled'));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const { clock, random, patienceMs, budget } = this.#parts;
    budget.join(this.#user);
    const patience = new Patience(clock, random, patienceMs, () => this.#stop(this.#outOfPatience()));
    try {
      while (this.#position < this.#end) {
        const { media, lease, link } = await this.#open(patience);
        const from = this.#position;
        const until = from + media.length;
        while (this.#position < until && !lease.isTurnOver(this.#position - from)) {
          const chunk = media.exchange.take() ?? (await media.exchange.next());
          if (chunk === null) break;
          const wanted = this.#accept(chunk, until);
          patience.rest();
          lease.setIdle(true);
          yield wanted;
          lease.setIdle(false);
          patience.resume();
        }
        const isCutShort = media.exchange.isOver && this.#transfer !== null && this.#position < until;
        this.#close();
        if (isCutShort) {
          const delayMs = this.#remedy(transportSetback(media.exchange.failure), link, patience);
          await this.#pause(delayMs);
        }
      }
    } catch (error) {
      if (this.#ending === null) throw error;
      if (this.#ending !== RETURNED) throw this.#ending;
    } finally {
      this.#close();
      budget.leave(this.#user);
      patience.stop();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Takes note of a chunk and cuts what goes beyond `until`; with its last byte the connection is free for others. */
  #accept(chunk: Buffer, until: number): Buffer {
    const missing = until - this.#position;
    const wanted = chunk.length <= missing ? chunk : chunk.subarray(0, missing);
    this.#position += wanted.length;
    this.#recovery.progressed();
    if (this.#position === until) this.#close();
    return wanted;
  }

  /** Tries until a body is open at the present position. */
  async #open(patience: Patience): Promise<Transfer> {
    for (;;) {
      this.#throwIfStopped();
      const link = await this.#getLink(patience);
      const delayMs = await this.#connect(link, patience);
      if (this.#transfer !== null) return this.#transfer;
      this.#throwIfStopped();
      await this.#pause(delayMs);
    }
  }

  /**
   * Opens `#transfer`, or gives how long to wait before the next attempt (ms); 0: none failed, the connection went to
   * somebody more urgent or the link was given up by another reader.
   */
  async #connect(link: DirectLink, patience: Patience): Promise<number> {
    const { budget, links } = this.#parts;
    const reclaim = new AbortController();
    const lease = await budget.acquire({
      user: this.#user,
      signal: this.#scope.signal,
      onReclaim: () => {
        reclaim.abort();
        this.#close();
      },
    });
    const signal = AbortSignal.any([this.#scope.signal, reclaim.signal]);
    let use: LinkUse | null = null;
    try {
      use = await links.use(this.#content.url, link, signal);
      if (use === null) return 0;
      const media = await requestMedia(this.#parts, link.address, this.#asked(), signal);
      if (!('exchange' in media)) {
        return 'cause' in media && !signal.aborted ? this.#remedy(media, link, patience) : 0;
      }
      if (signal.aborted) {
        media.exchange.close();
        return 0;
      }
      links.accept(this.#content.url, link);
      this.#transfer = { media, lease, link };
      return 0;
    } finally {
      use?.over();
      if (this.#transfer === null) lease.release();
    }
  }

  #asked(): Asked {
    const { size, contentType } = this.#content;
    return { range: { start: this.#position, end: this.#requestEnd() }, size, contentType };
  }

  /** A request that comes to its end leaves a connection that others can use; one that is cut short does not. */
  #requestEnd(): number {
    if (!this.#parts.budget.isShortFor(this.#user)) return this.#end;
    const wanted = Math.max(this.#need.goal(), this.#position + 1);
    return Math.min(wanted, this.#position + TURN_BYTES, this.#end);
  }

  async #getLink(patience: Patience): Promise<DirectLink> {
    const { links, clock } = this.#parts;
    const { priority } = this.#request;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await links.get(this.#content.url, { priority, signal: this.#scope.signal });
      } catch (thrown) {
        this.#throwIfStopped();
        const error = asBridgeError(thrown);
        const waitMs = error.retryAt === undefined ? 0 : error.retryAt - clock.now();
        if (!error.retryable || waitMs > patience.leftMs) throw error;
        this.#tellHealed('waited', error.message);
        await this.#pause(Math.max(waitMs, 0) + patience.delayBefore(attempt));
      }
    }
  }

  /** Does what can be done about a setback at once; gives how long to wait before the next attempt (ms). */
  #remedy(setback: Setback, link: DirectLink, patience: Patience): number {
    this.#throwIfStopped();
    const remedy = this.#recovery.remedyFor(setback);
    const { links } = this.#parts;
    if (remedy.kind === 'give-up') {
      links.refuse(this.#content.url, link);
      throw remedy.error;
    }
    if (remedy.renewLink) {
      if (setback.cause === 'failed') links.doubt(this.#content.url, link);
      else links.refuse(this.#content.url, link);
    }
    const resumes = this.#position > this.#start ? 'resumed' : 'retried';
    this.#tellHealed(remedy.renewLink ? 'link-renewed' : resumes, setback.reason);
    if (remedy.attempt === 0) return 0;
    return Math.max(patience.delayBefore(remedy.attempt), setback.retryAfterMs ?? 0);
  }

  async #pause(delayMs: number): Promise<void> {
    if (delayMs > 0) await sleep(this.#parts.clock, delayMs, this.#scope.signal);
  }

  #tellHealed(action: Healing['action'], reason: string): void {
    this.#lastReason = reason;
    this.#request.onHealed?.({ action, reason });
  }

  #outOfPatience(): BridgeError {
    const seconds = Math.round(this.#parts.patienceMs / 1000);
    return new BridgeError('patience-exhausted', `no byte for ${seconds} s: ${this.#lastReason}`);
  }

  #stop(ending: BridgeError): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    this.#close();
    this.#scope.abort(ending);
  }

  #throwIfStopped(): void {
    if (this.#ending !== null) throw this.#ending;
  }

  #close(): void {
    const transfer = this.#transfer;
    if (transfer === null) return;
    this.#transfer = null;
    transfer.media.exchange.close();
    transfer.lease.release();
  }
}
