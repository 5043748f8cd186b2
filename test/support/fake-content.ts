import { Readable } from 'node:stream';
import type { DirectLink, LinkSource } from '../../src/links/link.ts';
import type { LinkUse } from '../../src/links/link-trials.ts';
import type { Content, ContentReader, ReadRequest } from '../../src/streaming/content.ts';
import type { ByteRange } from '../../src/streaming/range.ts';

const CHUNK = 64 * 1024;

/** The bytes of any fake content: a pure function of the offset. */
export function fakeBytes({ start, end }: ByteRange): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = ((start + at) * 31 + ((start + at) >> 8)) & 0xff;
  return bytes;
}

/** Reads fake bytes, and counts; a test can make it fail before or after the first byte. */
export class FakeReader implements ContentReader {
  readonly requests: (ReadRequest & { readonly content: Content })[] = [];
  readonly bodies: Readable[] = [];
  bytesRead = 0;
  failOpen: Error | null = null;
  /** Fails the body once this many bytes of it were given. */
  failAfter: { readonly bytes: number; readonly error: Error } | null = null;
  beforeOpen: (request: ReadRequest) => Promise<void> = () => Promise.resolve();

  async open(content: Content, request: ReadRequest): Promise<Readable> {
    this.requests.push({ content, ...request });
    await this.beforeOpen(request);
    if (this.failOpen !== null) throw this.failOpen;
    const body = Readable.from(this.#chunks(request.range), { objectMode: false, highWaterMark: CHUNK });
    this.bodies.push(body);
    return body;
  }

  async *#chunks({ start, end }: ByteRange): AsyncGenerator<Buffer> {
    const failAt = this.failAfter === null ? Infinity : start + this.failAfter.bytes;
    for (let at = start; at < end;) {
      const next = Math.min(at + CHUNK, end, failAt);
      if (next > at) yield await Promise.resolve(fakeBytes({ start: at, end: next }));
      this.bytesRead += next - at;
      at = next;
      if (at >= failAt && this.failAfter !== null) throw this.failAfter.error;
    }
  }
}

export class FakeLinks implements LinkSource {
  readonly minted: string[] = [];
  address = 'https://storage.test/p123456';

  get(fileUrl: string): Promise<DirectLink> {
    this.minted.push(fileUrl);
    return Promise.resolve({ address: this.address, mintedAt: 0 });
  }

  use(): Promise<LinkUse> {
    return Promise.resolve({ over: () => undefined });
  }

  doubt(): void {
    this.refuse();
  }

  refuse(): void {
    // A fake link never goes stale.
  }

  accept(): void {
    // Nor does it learn.
  }
}
