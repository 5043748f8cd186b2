import type { Clock } from '../clock.ts';
import type { Priority } from '../fichier/api.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import { Block } from './block.ts';
import type { Content, Need, Upstream, UpstreamBytes } from './content.ts';
import { FlowReaders, type FlowReader } from './flow-readers.ts';
import type { ReadAheadAccount, ReadAheadBudget } from './read-ahead.ts';

/**
 * Why a reader leaves: it has given up, it has read all that it wanted, or it has read one range of many and is expected
 * back for the next.
 */
export type Leaving = 'given-up' | 'satisfied' | 'expected-back';

/** How long a reader is expected back (ms). */
const EXPECTED_BACK_MS = 3_000;

/** A request for less is hardly worth its round trip (bytes). */
const LEAST_REQUEST = 1024 * 1024;

export interface FlowPlan {
  readonly content: Content;
  /** Offset of the first byte to fetch, inclusive. */
  readonly start: number;
  /** Where the upstream request ends, exclusive. */
  readonly end: number;
  readonly priority: Priority;
}

export interface FlowContext {
  readonly upstream: Upstream;
  readonly blockSize: number;
  readonly budget: ReadAheadBudget;
  readonly clock: Clock;
  /** Whether a block need not be fetched any more. */
  readonly isCached: (index: number) => boolean;
  onFetched(bytes: number): void;
  /** Takes a block that is whole, or that ends short because the flow does. */
  onBlock(block: Block): void;
  /** Nobody needs to look for bytes in this flow any more. */
  onClosed(flow: Flow): void;
}

/**
 * One upstream read that fills consecutive blocks for everyone who reads near by.
 *
 * It runs ahead of its foremost reader as far as that reader's goal and the budget for reading ahead allow, and
 * stands still beyond: with the connection open as long as nobody else needs it, else until half of what it ran ahead
 * has been read, so that each new request is worth its price. A block somebody waits for is fetched whatever the budget
 * says. Blocks are held from their first byte until the foremost reader has passed them; those further
 * behind find them in the cache, so a slow reader costs no memory here and delays nobody.
 * When the last reader leaves, the request is cancelled at once and what has come of the block is kept; when he is
 * expected back, it stands still for some seconds, as far ahead of him as he let it run.
 */
export class Flow implements Need {
  readonly end: number;
  readonly #plan: FlowPlan;
  readonly #context: FlowContext;
  readonly #abort = new AbortController();
  readonly #readers = new FlowReaders();
  readonly #account: ReadAheadAccount;
  readonly #bytes: UpstreamBytes;
  readonly #held = new Map<number, Block>();
  #filling: Block | null = null;
  #position: number;
  #resume: (() => void) | null = null;
  #state: 'running' | 'ended' | 'closed' = 'running';
  #failure: BridgeError | null = null;
  /** Bytes up to here are fetched even with no reader left. */
  #promisedEnd = 0;
  #callOffWait: (() => void) | null = null;

  constructor(plan: FlowPlan, context: FlowContext) {
    this.end = plan.end;
    this.#plan = plan;
    this.#context = context;
    this.#position = plan.start;
    this.#account = context.budget.open(this.#kick);
    this.#bytes = context.upstream.read(
      plan.content,
      { start: plan.start, end: plan.end },
      {
        priority: plan.priority,
        signal: this.#abort.signal,
        onHealed: (healing) => this.#readers.healed(healing),
        need: this,
      },
    );
  }

  /** Why it ended short; null while it runs and when it ended well. */
  get failure(): BridgeError | null {
    return this.#failure;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** Whether the byte at `position` will come, and with no more than `distance` bytes before it. */
  willReach(position: number, distance: number): boolean {
    const away = position - this.#position;
    return this.running && position < this.end && away >= 0 && away <= distance;
  }

  /** The held block that has the byte at `position`, if it has come. */
  blockAt(position: number): Block | null {
    const block = this.#held.get(Math.floor(position / this.#context.blockSize));
    return block?.covers(position) === true ? block : null;
  }

  leadMs(): number {
    return this.#readers.leadMs(this.#position);
  }

  /** Where the fetch should come to an end, were it to make room for others: where a block ends. */
  goal(): number {
    const { blockSize } = this.#context;
    const goal = Math.max(this.#promisedEnd, this.#readers.goal());
    const allowed = Math.min(goal, this.#position + this.#room(goal));
    const wanted = Math.max(allowed, this.#position + LEAST_REQUEST);
    return Math.min(Math.ceil(wanted / blockSize) * blockSize, this.end);
  }

  join(reader: FlowReader): void {
    this.#callOffWait?.();
    this.#callOffWait = null;
    this.#readers.add(reader);
    this.#kick();
  }

  /**
   * After a satisfied reader the rest of a request that has at most one block to go is let come: the next probe finds
   * a whole block, and the connection can be used again.
   */
  leave(reader: FlowReader, leaving: Leaving): void {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size > 0) {
      this.#kick();
      return;
    }
    if (leaving !== 'given-up' && this.running && this.end - this.#position <= this.#context.blockSize) {
      this.#promisedEnd = this.end;
      this.#kick();
    } else if (leaving === 'expected-back' && this.running) {
      this.#promisedEnd = reader.goal;
      this.#callOffWait = this.#context.clock.after(EXPECTED_BACK_MS, () => this.cancel());
      this.#kick();
    } else {
      this.cancel();
    }
  }

  /** @param failure what readers still waiting are told. */
  cancel(failure: BridgeError | null = null): void {
    this.#endWith(failure);
    this.#close();
    // With all bytes here the request ends by itself and its connection can be used again.
    if (this.#position < this.end) {
      this.#abort.abort(new BridgeError('cancelled', 'nobody reads these bytes any more'));
    }
  }

  /** Lets the blocks go that all have passed, and fetches on where the reader's progress allows. */
  readerMoved(): void {
    const foremost = this.#readers.foremost();
    for (const [index, block] of this.#held) {
      if ((index + 1) * this.#context.blockSize > foremost || block === this.#filling) break;
      this.#held.delete(index);
      this.#account.release(block.capacity);
    }
    if (this.#resume !== null) this.#kick();
  }

  /** Fetches until all has come, nobody is left, or upstream fails. Never rejects. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.#bytes) {
        this.#context.onFetched(chunk.length);
        if (!(await this.#store(chunk))) break;
      }
      this.#endWith(
        this.running
          ? new BridgeError('upstream-unavailable', 'the storage host sent less than asked')
          : null,
      );
    } catch (error) {
      this.#endWith(asBridgeError(error));
    }
  }

  /** Gives false when the flow is to end. */
  async #store(chunk: Buffer): Promise<boolean> {
    for (let taken = 0; taken < chunk.length;) {
      const block = this.#filling ?? (await this.#nextBlock(chunk.length - taken));
      if (block === null) return false;
      const added = block.append(chunk, taken);
      taken += added;
      this.#position += added;
      if (block.full) {
        this.#filling = null;
        this.#context.onBlock(block);
      }
      if (this.#position === this.end) this.#endWith(null);
      this.#readers.wake();
    }
    // Asked for before the next chunk is, which may take another request.
    if (this.#filling === null && this.running) return (await this.#nextBlock(0)) !== null;
    return true;
  }

  /**
   * Waits until another block may be fetched; null: the flow is over.
   *
   * @param atHand bytes from the present position on that have come already.
   */
  async #nextBlock(atHand: number): Promise<Block | null> {
    const { blockSize } = this.#context;
    const index = Math.floor(this.#position / blockSize);
    const end = Math.min((index + 1) * blockSize, this.end);
    if (this.#position > this.#plan.start && this.#restIsCached(index)) this.#endWith(null);
    while (this.running && !this.#mayFetch(end - this.#position, atHand)) {
      const resumed = new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
      this.#bytes.rest();
      await resumed;
    }
    if (!this.running) return null;
    const block = Block.empty(index, this.#position, end);
    this.#account.take(block.capacity);
    this.#held.set(index, block);
    this.#filling = block;
    return block;
  }

  /** One cached block is fetched again rather than paying for another request behind it; two in a row are not. */
  #restIsCached(index: number): boolean {
    const { blockSize, isCached } = this.#context;
    return isCached(index) && ((index + 1) * blockSize >= this.end || isCached(index + 1));
  }

  #mayFetch(bytes: number, atHand: number): boolean {
    if (this.#readers.awaits(this.#position)) return true;
    const goal = Math.max(this.#promisedEnd, this.#readers.goal());
    if (this.#position >= goal) return false;
    const takesRequest = !this.#bytes.connected && atHand < bytes;
    if (takesRequest && !this.#runsLow(goal)) return false;
    if (bytes <= this.#room(goal)) return true;
    this.#account.awaitRoom();
    return false;
  }

  /** Whether half of what it can expect to run ahead has been read. */
  #runsLow(goal: number): boolean {
    const foremost = this.#readers.foremost();
    const lead = Math.min(goal - foremost, this.#account.share);
    return this.#position - foremost <= lead / 2;
  }

  #room(goal: number): number {
    return this.#account.room(goal - this.#readers.foremost());
  }

  readonly #kick = (): void => {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  };

  #endWith(failure: BridgeError | null): void {
    if (!this.running) return;
    this.#state = 'ended';
    this.#failure = failure;
    const rest = this.#filling;
    this.#filling = null;
    if (rest !== null) this.#keepShort(rest);
    this.#readers.wake();
    if (this.#readers.size === 0) this.#close();
    this.#kick();
  }

  /** What has come of a block is worth keeping: the next read goes on from its end. */
  #keepShort(block: Block): void {
    this.#account.release(block.capacity - (block.end - block.start));
    block.finish();
    if (block.capacity > 0) this.#context.onBlock(block);
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#callOffWait?.();
    this.#held.clear();
    this.#account.close();
    this.#context.onClosed(this);
  }
}
