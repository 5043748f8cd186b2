import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { BlockCache } from '../../src/streaming/block-cache.ts';
import { CachedContentReader } from '../../src/streaming/cached-reader.ts';
import type { CachedReaderOptions } from '../../src/streaming/cached-reader.ts';
import type { Content } from '../../src/streaming/content.ts';
import { DiskStore } from '../../src/streaming/disk-store.ts';
import { StreamRegistry } from '../../src/streaming/streams.ts';
import { bytesOf, FakeUpstream } from './fake-upstream.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const BLOCK = 64 * KIB;

export interface Rig {
  readonly upstream: FakeUpstream;
  readonly reader: CachedContentReader;
  readonly streams: StreamRegistry;
  readonly cache: BlockCache;
}

export function rig(
  options: Partial<CachedReaderOptions> & { memoryBytes?: number; disk?: DiskStore } = {},
): Rig {
  const upstream = new FakeUpstream();
  const streams = new StreamRegistry(systemClock);
  const layout = { blockSize: BLOCK, headBytes: 2 * BLOCK, tailBytes: 2 * BLOCK };
  const cache = new BlockCache({
    layout,
    memoryBytes: options.memoryBytes ?? 64 * MIB,
    disk: options.disk ?? null,
  });
  const readAhead = { budgetBytes: 4 * MIB, largestWindow: MIB };
  const reader = new CachedContentReader({
    upstream,
    cache,
    streams,
    readAhead,
    sequentialDiskBytes: Number.POSITIVE_INFINITY,
    mode: 'cache',
    clock: systemClock,
    ...options,
  });
  return { upstream, reader, streams, cache };
}

export function open(
  reader: CachedContentReader,
  file: Content,
  start: number,
  end: number,
  signal?: AbortSignal,
) {
  return reader.open(file, { range: { start, end }, priority: 'viewer', client: 'test', signal });
}

export async function read(
  reader: CachedContentReader,
  file: Content,
  start: number,
  end: number,
): Promise<Buffer> {
  return buffer(await open(reader, file, start, end));
}

export function expected(file: Content, start: number, end: number): Buffer {
  return bytesOf(`${file.id}-${file.version}`, start, end);
}

export function expectBytes(got: Buffer, file: Content, start: number, end: number): void {
  expect(got.length).toBe(end - start);
  expect(got.equals(expected(file, start, end))).toBe(true);
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Reads exactly `length` bytes and no more. */
export async function take(body: Readable, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let taken = 0; taken < length;) {
    const chunk = body.read(Math.min(16 * KIB, length - taken)) as Buffer | null;
    if (chunk === null) await settle();
    else {
      chunks.push(chunk);
      taken += chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

export async function closed(body: Readable): Promise<void> {
  if (!body.closed) await once(body, 'close');
}
