import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import { contentKey } from './block.ts';
import type { BlockCache } from './block-cache.ts';
import type { ChunkSource } from './body.ts';
import { Body } from './body.ts';
import type { Content, ContentReader, ReadRequest, Upstream } from './content.ts';
import { Cursor } from './cursor.ts';
import { FlowTable } from './flow-table.ts';
import { Passthrough } from './passthrough.ts';
import type { ReadAheadSettings } from './read-ahead.ts';
import type { StreamRecord, StreamRegistry } from './streams.ts';

/**
 * `cache`: every byte goes through the block cache. `passthrough`: straight from the storage host, for a slow disk and
 * little memory. `auto`: the cache, except where it could only cost: with no tier to keep blocks in, and for files
 * other than media that are read whole and would fill more than the memory tier.
 */
type CachingMode = 'cache' | 'passthrough' | 'auto';

export interface CachedReaderOptions {
  readonly upstream: Upstream;
  readonly cache: BlockCache;
  readonly streams: StreamRegistry;
  readonly readAhead: ReadAheadSettings;
  /** How much of one read in sequence goes to disk, bytes. */
  readonly sequentialDiskBytes: number;
  readonly mode: CachingMode;
  readonly clock: Clock;
}

/**
 * Serves contents through the block cache.
 *
 * Memory is bounded by configuration: the memory tier's budget, plus the budget for reading ahead, plus, for each
 * reader, the block it waits for and about two blocks in the buffers of its body and its connection.
 */
export class CachedContentReader implements ContentReader {
  readonly #options: CachedReaderOptions;
  readonly #flows: FlowTable;

  constructor(options: CachedReaderOptions) {
    this.#options = options;
    this.#flows = new FlowTable({
      upstream: options.upstream,
      cache: options.cache,
      readAhead: options.readAhead,
      sequentialDiskBytes: options.sequentialDiskBytes,
      onFetched: (bytes) => options.streams.fetched(bytes),
      clock: options.clock,
    });
  }

  /** Bytes fetched ahead of their readers: now, and the most at once so far. */
  get readAheadBytes(): { readonly now: number; readonly peak: number } {
    return { now: this.#flows.budget.used, peak: this.#flows.budget.peak };
  }

  async open(content: Content, request: ReadRequest): Promise<Readable> {
    const { start, end } = request.range;
    if (!(start >= 0 && start <= end && end <= content.size)) {
      throw new BridgeError('internal', `no such range in a file of ${content.size} bytes: ${start}-${end}`);
    }
    if (request.signal?.aborted === true) throw new BridgeError('cancelled', 'the reader has gone');
    const stream = this.#options.streams.begin(content, request);
    const source = this.#source(content, request, stream);
    try {
      await this.#firstByte(source, request.signal);
    } catch (error) {
      const failure = asBridgeError(error);
      source.close();
      stream.ended(failure);
      throw failure;
    }
    return this.#body(source, stream, request.signal);
  }

  /** Cancels every upstream request; bodies still open are destroyed when they need one. */
  close(): void {
    this.#flows.close();
  }

  async #firstByte(source: ChunkSource, signal: AbortSignal | undefined): Promise<void> {
    if (source.finished) return;
    const onAbort = (): void => source.close();
    signal?.addEventListener('abort', onAbort);
    try {
      await source.ready();
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    if (signal?.aborted === true) throw new BridgeError('cancelled', 'the reader has gone');
  }

  #body(source: ChunkSource, stream: StreamRecord, signal: AbortSignal | undefined): Readable {
    const onAbort = (): void => {
      body.destroy(new BridgeError('cancelled', 'the reader has gone'));
    };
    const body = new Body(source, (error) => {
      signal?.removeEventListener('abort', onAbort);
      stream.ended(error);
    });
    signal?.addEventListener('abort', onAbort);
    return body;
  }

  #source(content: Content, request: ReadRequest, stream: StreamRecord): ChunkSource {
    const { upstream, cache, clock, streams } = this.#options;
    const { range, priority } = request;
    if (this.#passesThrough(content, request)) {
      const onFetched = (bytes: number): void => streams.fetched(bytes);
      return new Passthrough({ upstream, content, range, priority, stream, onFetched });
    }
    const key = contentKey(content);
    return new Cursor({
      content,
      contentKey: key,
      range,
      priority,
      cache,
      flows: this.#flows,
      stream,
      clock,
    });
  }

  #passesThrough(content: Content, request: ReadRequest): boolean {
    const { mode, cache } = this.#options;
    if (mode !== 'auto') return mode === 'passthrough';
    if (cache.disabled) return true;
    const whole = request.range.start === 0 && request.range.end === content.size;
    const media = /^(video|audio|image|text)\//.test(content.contentType);
    return whole && !media && content.size > cache.memoryFill().budgetBytes;
  }
}
