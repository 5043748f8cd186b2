import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Priority } from '../fichier/api.ts';
import type { Block } from './block.ts';
import type { BlockAddress, BlockCache } from './block-cache.ts';
import type { Content, Healing } from './content.ts';
import type { Flow } from './flow.ts';
import type { FlowReader } from './flow-readers.ts';
import type { FlowTable } from './flow-table.ts';
import type { ByteRange } from './range.ts';
import { windowAfter } from './read-ahead.ts';
import type { ByteSource, StreamRecord } from './streams.ts';
import { isHeadOrTail } from './block.ts';

/** A flow is joined rather than another started when at most this many bytes lie before the one wanted. */
const JOIN_DISTANCE = 1024 * 1024;

/** How many blocks a flow's planner looks ahead for cached ones, to ask upstream for no more than is missing. */
const PLAN_BLOCKS = 64;

/**
 * A media probe asks for everything from an offset, reads a little and hangs up; the little is in the cache the
 * second time. So one who has been given bytes from the cache alone is not fetched for in its first moments (ms): a
 * probe is gone by then, and a player has enough to play meanwhile.
 */
const PROBE_MS = 250;
const PROBE_BYTES = 64 * 1024;

export interface CursorOptions {
  readonly content: Content;
  readonly contentKey: string;
  readonly range: ByteRange;
  readonly priority: Priority;
  readonly cache: BlockCache;
  readonly flows: FlowTable;
  readonly stream: StreamRecord;
  readonly clock: Clock;
}

/** One reader's walk over a range: from memory where it can, then disk, then a flow, its own or another's. */
export class Cursor implements FlowReader {
  readonly #options: CursorOptions;
  readonly #end: number;
  /** Bytes of the ranges read in sequence just before this one. */
  readonly #cameFrom: number;
  /** End of what may be fetched for this reader: its range, up to the block's end in heads and tails. */
  readonly #fetchEnd: number;
  readonly #openedAt: number;
  readonly #closing = new AbortController();
  #position: number;
  #block: Block | null = null;
  #source: ByteSource = 'memory';
  #flow: Flow | null = null;
  #wake: (() => void) | null = null;
  #usedUpstream = false;
  #mayLookAhead = true;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#position = options.range.start;
    this.#end = options.range.end;
    this.#openedAt = options.clock.monotonic();
    this.#cameFrom = options.flows.succession.progressBefore(options.contentKey, options.range.start);
    // One who has asked for two ranges in a row will want the next.
    this.#fetchEnd = this.#cameFrom > 0 ? options.content.size : this.#roundedEnd();
  }

  get position(): number {
    return this.#position;
  }

  get finished(): boolean {
    return this.#position >= this.#end;
  }

  get goal(): number {
    const { cache, flows, priority } = this.#options;
    const window = windowAfter(this.#progress, cache.layout.blockSize, flows.readAhead, priority);
    return Math.min(this.#position + window, this.#fetchEnd);
  }

  get rate(): number {
    return this.#options.stream.rate;
  }

  /** The next bytes when they are at hand: a view of a block, at most to the block's end. */
  take(): Buffer | null {
    if (this.finished) return null;
    if (this.#block?.covers(this.#position) !== true && !this.#locate()) return null;
    const chunk = this.#block?.slice(this.#position, this.#end) ?? null;
    if (chunk === null) return null;
    this.#position += chunk.length;
    this.#options.stream.delivered(chunk.length, this.#source);
    this.#flow?.readerMoved();
    return chunk;
  }

  /** Resolves when `take` will give bytes; rejects with a BridgeError. */
  async ready(): Promise<void> {
    if (this.#cameFrom > 0 && this.#flow === null) this.#goOn();
    while (!this.#locate()) {
      if (await this.#readFromDisk()) return;
      await this.#letProbesGo();
      this.#failIfClosed();
      if (this.#locate()) return;
      const flow = this.#joinFlow();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#failIfClosed();
      if (flow.failure !== null && !this.#locate()) throw flow.failure;
    }
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const { flows, contentKey } = this.#options;
    if (this.finished) flows.succession.ended(contentKey, this.#end, this.#progress);
    this.#leaveFlow();
    this.wake();
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  healed(healing: Healing): void {
    this.#options.stream.healed(healing);
  }

  /** Bytes read in sequence, those of the ranges before this one too. */
  get #progress(): number {
    return this.#cameFrom + this.#position - this.#options.range.start;
  }

  /** Takes up the flow that was left when the range before this one had been read. */
  #goOn(): void {
    const { flows, contentKey } = this.#options;
    const flow = flows.goingOn(contentKey, this.#position);
    if (flow !== null) this.#enter(flow);
  }

  /** Finds the block of the next byte where no waiting is needed. */
  #locate(): boolean {
    const { flows, contentKey, cache } = this.#options;
    const flowing = flows.blockAt(contentKey, this.#position);
    if (flowing !== null) {
      this.#use(flowing, 'upstream');
      return true;
    }
    const block = cache.inMemory(this.#address(this.#position));
    if (block?.covers(this.#position) !== true) return false;
    this.#use(block, 'memory');
    this.#lookAhead();
    return true;
  }

  #use(block: Block, source: ByteSource): void {
    this.#block = block;
    this.#source = source;
  }

  async #readFromDisk(): Promise<boolean> {
    const { cache } = this.#options;
    const position = this.#position;
    const block = await cache.onDisk(this.#address(position));
    this.#failIfClosed();
    if (block?.covers(position) !== true) return false;
    this.#use(block, 'disk');
    this.#lookAhead();
    return true;
  }

  async #letProbesGo(): Promise<void> {
    const { clock, content, range } = this.#options;
    const openEnded = range.end === content.size;
    if (!openEnded || this.#usedUpstream || this.#position - range.start < PROBE_BYTES) return;
    const rest = this.#openedAt + PROBE_MS - clock.monotonic();
    if (rest > 0) await sleep(clock, rest, this.#closing.signal).catch(() => this.#failIfClosed());
  }

  /** Starts to fetch what is missing within the window while the reader is still busy with cached bytes. */
  #lookAhead(): void {
    if (this.#flow?.running === true || !this.#mayLookAhead) return;
    const { clock } = this.#options;
    if (!this.#usedUpstream && clock.monotonic() - this.#openedAt < PROBE_MS) return;
    const goal = this.goal;
    const missing = this.#firstMissing(this.#position, goal);
    if (missing < goal && missing > this.#position) this.#startFlow(missing);
  }

  #firstMissing(from: number, until: number): number {
    const { cache, flows, contentKey } = this.#options;
    let position = from;
    while (position < until) {
      const block = flows.blockAt(contentKey, position) ?? cache.runOf(this.#address(position));
      if (block === null || block.start > position || block.end <= position) return position;
      position = block.end;
    }
    return position;
  }

  /** The flow that brings the next byte: the one it is in, another that comes by, or a new one. */
  #joinFlow(): Flow {
    const { flows, contentKey } = this.#options;
    this.#usedUpstream = true;
    this.#mayLookAhead = true;
    if (this.#flow?.willReach(this.#position, JOIN_DISTANCE) === true) return this.#flow;
    const passing = flows.reaching(contentKey, this.#position, JOIN_DISTANCE);
    if (passing === null) return this.#startFlow(this.#position);
    this.#enter(passing);
    return passing;
  }

  #startFlow(position: number): Flow {
    const { flows, content, contentKey, priority } = this.#options;
    this.#usedUpstream = true;
    const start = this.#fetchStart(position);
    const end = this.#missingEnd(position);
    this.#leaveFlow();
    const flow = flows.create(contentKey, { content, start, end, priority });
    this.#enter(flow);
    void flow.run().then(() => {
      // One who waits hears of the failure; reading ahead of one who does not is not tried again until he does.
      if (flow.failure !== null) this.#mayLookAhead = false;
    });
    return flow;
  }

  #enter(flow: Flow): void {
    if (flow !== this.#flow) this.#leaveFlow();
    this.#flow = flow;
    flow.join(this);
  }

  #leaveFlow(): void {
    const flow = this.#flow;
    this.#flow = null;
    if (!this.finished) flow?.leave(this, 'given-up');
    else flow?.leave(this, this.#cameFrom > 0 ? 'expected-back' : 'satisfied');
  }

  #roundedEnd(): number {
    const { content, range } = this.#options;
    if (range.end === 0 || !this.#address(range.end - 1).kept) return range.end;
    return this.#blockEnd(range.end - 1, content.size);
  }

  /** Goes back to where a shorter run of the same block ends, and to the block's start in heads and tails. */
  #fetchStart(position: number): number {
    const address = this.#address(position);
    const run = this.#options.cache.runOf(address);
    if (run !== null && run.end <= position) return run.end;
    return address.kept && run === null ? address.index * this.#options.cache.layout.blockSize : position;
  }

  /** Where the first two cached blocks in a row begin, or the end of what this reader wants. */
  #missingEnd(position: number): number {
    const { blockSize } = this.#options.cache.layout;
    const own = this.#options.cache.runOf(this.#address(position));
    if (own !== null && own.start > position && own.end >= this.#blockEnd(position, this.#fetchEnd)) {
      return own.start;
    }
    let index = Math.floor(position / blockSize) + 1;
    for (const last = index + PLAN_BLOCKS; index < last && index * blockSize < this.#fetchEnd; index += 1) {
      const atEnd = (index + 1) * blockSize >= this.#fetchEnd;
      if (this.#isCached(index) && (atEnd || this.#isCached(index + 1))) return index * blockSize;
    }
    return this.#fetchEnd;
  }

  #isCached(index: number): boolean {
    const { cache, content } = this.#options;
    const start = index * cache.layout.blockSize;
    const run = cache.runOf(this.#address(start));
    return run !== null && run.start === start && run.end >= this.#blockEnd(start, content.size);
  }

  #blockEnd(position: number, limit: number): number {
    const { blockSize } = this.#options.cache.layout;
    return Math.min((Math.floor(position / blockSize) + 1) * blockSize, limit);
  }

  #address(position: number): BlockAddress {
    const { content, contentKey, cache } = this.#options;
    const index = Math.floor(position / cache.layout.blockSize);
    return { content: contentKey, index, kept: isHeadOrTail(cache.layout, content, index) };
  }

  #failIfClosed(): void {
    if (this.#closing.signal.aborted) throw new BridgeError('cancelled', 'the reader has gone');
  }
}
