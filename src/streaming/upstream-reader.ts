import type { Content, Upstream, UpstreamBytes, UpstreamRequest } from './content.ts';
import type { ByteRange } from './range.ts';
import { UpstreamRead, type UpstreamReadParts } from './upstream-read.ts';

/** Reads from the storage host and heals what can be healed, so that its caller sees one unbroken run of bytes. */
export class UpstreamReader implements Upstream {
  readonly #parts: UpstreamReadParts;

  constructor(parts: UpstreamReadParts) {
    this.#parts = parts;
  }

  read(content: Content, range: ByteRange, request: UpstreamRequest): UpstreamBytes {
    return new UpstreamRead(this.#parts, content, range, request);
  }
}
