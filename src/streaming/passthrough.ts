import type { Priority } from '../fichier/api.ts';
import { BridgeError } from '../errors.ts';
import type { ChunkSource } from './body.ts';
import type { Content, Upstream } from './content.ts';
import type { ByteRange } from './range.ts';
import type { StreamRecord } from './streams.ts';

export interface PassthroughOptions {
  readonly upstream: Upstream;
  readonly content: Content;
  readonly range: ByteRange;
  readonly priority: Priority;
  readonly stream: StreamRecord;
  readonly onFetched: (bytes: number) => void;
}

/** A range straight from the storage host, one chunk in memory at a time, nothing kept. */
export class Passthrough implements ChunkSource {
  readonly #options: PassthroughOptions;
  readonly #abort = new AbortController();
  readonly #chunks: AsyncGenerator<Buffer, void, undefined>;
  #closed = false;
  #rest: number;
  #next: Buffer | null = null;

  constructor(options: PassthroughOptions) {
    this.#options = options;
    this.#rest = options.range.end - options.range.start;
    this.#chunks = options.upstream.read(options.content, options.range, {
      priority: options.priority,
      signal: this.#abort.signal,
      onHealed: (healing) => options.stream.healed(healing),
    });
  }

  get finished(): boolean {
    return this.#rest === 0;
  }

  take(): Buffer | null {
    const chunk = this.#next;
    if (chunk === null) return null;
    this.#next = null;
    this.#rest -= chunk.length;
    this.#options.stream.delivered(chunk.length, 'upstream');
    return chunk;
  }

  async ready(): Promise<void> {
    while (this.#next === null) {
      const { value, done } = await this.#chunks.next();
      if (this.#closed) throw new BridgeError('cancelled', 'the reader has gone');
      if (done === true)
        throw new BridgeError('upstream-unavailable', 'the storage host sent less than asked');
      this.#options.onFetched(value.length);
      if (value.length > 0) this.#next = value;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // With all bytes here the request is left to end by itself, so that its connection can be used again.
    if (!this.finished) this.#abort.abort(new BridgeError('cancelled', 'the reader has gone'));
    const ending = this.finished ? this.#chunks.next() : this.#chunks.return();
    // Its end, good or bad, concerns nobody any more.
    ending.catch(() => undefined);
  }
}
