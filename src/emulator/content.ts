import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createWhirlpool } from 'hash-wasm';
import { syntheticBytes } from './synthetic-bytes.ts';

/** Where the bytes of an emulated file come from. */
export interface ContentSource {
  /** Bytes. */
  readonly size: number;
  /** Chunks that together are the bytes from `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): Iterable<Buffer> | AsyncIterable<Buffer>;
  /** 128 lower-case hex digits. */
  checksum(): Promise<string> | string;
}

/** Large enough that the cost of a write is small beside its bytes. */
const CHUNK_BYTES = 256 * 1024;

/** Content of any size that takes no room; `syntheticBytes` with the same seed tells what it must be. */
export function syntheticContent(seed: number | string, size: number): ContentSource {
  return {
    size,
    *read(start, end) {
      for (let at = start; at < end; at += CHUNK_BYTES) {
        yield syntheticBytes(seed, at, Math.min(at + CHUNK_BYTES, end));
      }
    },
    // Whirlpool of 100 GiB would take an hour; what matters is that it is stable and of the right form.
    checksum: () => createHash('sha512').update(`${seed}:${size}`).digest('hex'),
  };
}

export function bytesContent(bytes: Uint8Array): ContentSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let checksum: Promise<string> | undefined;
  return {
    size: buffer.length,
    *read(start, end) {
      for (let at = start; at < end; at += CHUNK_BYTES)
        yield buffer.subarray(at, Math.min(at + CHUNK_BYTES, end));
    },
    checksum: () => (checksum ??= whirlpoolOf([buffer])),
  };
}

/** The file at `path`, as it is now; it must not change while it is served. */
export function fileContent(path: string): ContentSource {
  const { size } = statSync(path);
  const read = (start: number, end: number): Iterable<Buffer> | AsyncIterable<Buffer> =>
    end <= start ? [] : createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES });
  let checksum: Promise<string> | undefined;
  return { size, read, checksum: () => (checksum ??= whirlpoolOf(read(0, size))) };
}

async function whirlpoolOf(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
  const hash = await createWhirlpool();
  hash.init();
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
