import type { Random } from '../clock.ts';
import type { LinkSource } from '../links/link.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import type { Content, Upstream, UpstreamRequest } from './content.ts';
import type { ByteRange } from './range.ts';
import type { StorageConnection } from './storage-request.ts';
import { UpstreamRead } from './upstream-read.ts';

export interface UpstreamReaderOptions extends StorageConnection {
  readonly links: LinkSource;
  readonly budget: ConnectionBudget;
  readonly random: Random;
  /** How long one read goes without a new byte before it fails (ms). */
  readonly patienceMs: number;
}

/** Reads from the storage host and heals what can be healed, so that its caller sees one unbroken run of bytes. */
export class UpstreamReader implements Upstream {
  readonly #options: UpstreamReaderOptions;

  constructor(options: UpstreamReaderOptions) {
    this.#options = options;
  }

  read(
    content: Content,
    range: ByteRange,
    request: UpstreamRequest,
  ): AsyncGenerator<Buffer, void, undefined> {
    return new UpstreamRead(this.#options, content, range, request);
  }
}
