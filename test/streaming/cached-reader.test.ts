import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { BridgeError } from '../../src/errors.ts';
import { BlockCache } from '../../src/streaming/block-cache.ts';
import { CachedContentReader } from '../../src/streaming/cached-reader.ts';
import type { CachedReaderOptions } from '../../src/streaming/cached-reader.ts';
import type { Content } from '../../src/streaming/content.ts';
import { DiskStore } from '../../src/streaming/disk-store.ts';
import { StreamRegistry } from '../../src/streaming/streams.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bytesOf, content, FakeUpstream } from './fake-upstream.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const BLOCK = 64 * KIB;

interface Rig {
  readonly upstream: FakeUpstream;
  readonly reader: CachedContentReader;
  readonly streams: StreamRegistry;
  readonly cache: BlockCache;
}

function rig(options: Partial<CachedReaderOptions> & { memoryBytes?: number; disk?: DiskStore } = {}): Rig {
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

function open(reader: CachedContentReader, file: Content, start: number, end: number, signal?: AbortSignal) {
  return reader.open(file, { range: { start, end }, priority: 'viewer', client: 'test', signal });
}

async function read(reader: CachedContentReader, file: Content, start: number, end: number): Promise<Buffer> {
  return buffer(await open(reader, file, start, end));
}

function expected(file: Content, start: number, end: number): Buffer {
  return bytesOf(`${file.id}-${file.version}`, start, end);
}

function expectBytes(got: Buffer, file: Content, start: number, end: number): void {
  expect(got.length).toBe(end - start);
  expect(got.equals(expected(file, start, end))).toBe(true);
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Reads exactly `length` bytes and no more. */
async function take(body: Readable, length: number): Promise<Buffer> {
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

async function closed(body: Readable): Promise<void> {
  if (!body.closed) await once(body, 'close');
}

describe('a reader through the block cache', () => {
  it('gives exactly the bytes of any ranges to concurrent readers of several files', async () => {
    const ranges = fc.array(
      fc.record({ file: fc.nat(2), start: fc.nat(3 * MIB), length: fc.nat(600 * KIB) }),
      { minLength: 1, maxLength: 8 },
    );
    const memory = fc.constantFrom(0, 300 * KIB, 16 * MIB);
    await fc.assert(
      fc.asyncProperty(
        ranges,
        memory,
        fc.integer({ min: 1, max: 90_000 }),
        async (asked, memoryBytes, chunkSize) => {
          const { reader, upstream } = rig({ memoryBytes });
          upstream.chunkSize = Math.max(chunkSize, 1000);
          await Promise.all(
            asked.map(async ({ file, start, length }) => {
              const one = content({ id: `f${file}`, size: 2 * MIB + 12_345 });
              const from = Math.min(start, one.size);
              const end = Math.min(from + length, one.size);
              expectBytes(await read(reader, one, from, end), one, from, end);
            }),
          );
          await settle();
          expect(upstream.open).toBe(0);
          expect(reader.readAheadBytes.now).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never gives a wrong byte or a short body while reads fail and readers give up', async () => {
    const acts = fc.array(
      fc.record({
        start: fc.nat(2 * MIB),
        length: fc.nat(MIB),
        givesUpAfter: fc.option(fc.nat(300 * KIB)),
      }),
      { minLength: 2, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(acts, fc.integer({ min: 2, max: 40 }), async (asked, failsEvery) => {
        const { reader, upstream } = rig({ memoryBytes: MIB });
        let chunks = 0;
        upstream.fault = () => {
          chunks += 1;
          return chunks % failsEvery === 0 ? new BridgeError('upstream-unavailable', 'cut') : null;
        };
        const file = content({ size: 2 * MIB });
        await Promise.all(
          asked.map(async ({ start, length, givesUpAfter }) => {
            const end = Math.min(start + length, file.size);
            const got: Buffer[] = [];
            let bytes = 0;
            try {
              const body = await open(reader, file, start, end);
              for await (const chunk of body as AsyncIterable<Buffer>) {
                got.push(chunk);
                bytes += chunk.length;
                if (givesUpAfter !== null && bytes > givesUpAfter) break;
              }
              if (givesUpAfter === null) expect(bytes).toBe(end - start);
            } catch (error) {
              expect(error).toBeInstanceOf(BridgeError);
              expect(error).toMatchObject({ kind: 'upstream-unavailable' });
            }
            expect(Buffer.concat(got).equals(expected(file, start, start + bytes))).toBe(true);
          }),
        );
        await settle();
        expect(upstream.open).toBe(0);
        expect(reader.readAheadBytes.now).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('serves an empty range and an empty file without asking upstream', async () => {
    const { reader, upstream } = rig();
    expect(await read(reader, content(), 5, 5)).toHaveLength(0);
    expect(await read(reader, content({ size: 0 }), 0, 0)).toHaveLength(0);
    expect(upstream.reads).toHaveLength(0);
  });

  it('serves a second reader from memory', async () => {
    const { reader, upstream, streams } = rig();
    const file = content({ size: MIB });
    await read(reader, file, 0, file.size);
    expectBytes(await read(reader, file, 1000, 900_000), file, 1000, 900_000);
    expect(upstream.fetched).toBe(file.size);
    expect(streams.totals().delivered.memory).toBe(899_000);
  });

  it('reads a whole file with one upstream request', async () => {
    const { reader, upstream } = rig({ memoryBytes: 0 });
    const file = content();
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    expect(upstream.reads.map((one) => one.range)).toEqual([{ start: 0, end: file.size }]);
  });

  it('shares one fetch among a hundred who come at once', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: MIB });
    const bodies = await Promise.all(Array.from({ length: 100 }, () => read(reader, file, 0, file.size)));
    for (const body of bodies) expectBytes(body, file, 0, file.size);
    expect(upstream.fetched).toBe(file.size);
    expect(upstream.reads).toHaveLength(1);
  });

  it('hands over the first bytes before their block is complete', async () => {
    const { reader, upstream } = rig();
    upstream.allowance = 16 * KIB;
    const file = content();
    const body = await open(reader, file, 0, file.size);
    const [chunk] = (await once(body, 'data')) as [Buffer];
    expectBytes(chunk, file, 0, 16 * KIB);
    body.destroy();
  });

  it('never serves bytes of an older version', async () => {
    const { reader } = rig();
    await read(reader, content({ version: 'v1' }), 0, MIB);
    const replaced = content({ version: 'v2' });
    expectBytes(await read(reader, replaced, 0, MIB), replaced, 0, MIB);
  });

  it('fetches no more than asked for a small read in the middle', async () => {
    const { reader, upstream } = rig();
    const file = content();
    await read(reader, file, 3 * MIB + 100, 3 * MIB + 5100);
    expect(upstream.fetched).toBe(5000);
  });

  it('completes a short block on the second touch', async () => {
    const { reader, upstream } = rig();
    const file = content();
    await read(reader, file, 3 * MIB, 3 * MIB + 1000);
    await read(reader, file, 3 * MIB + 20_000, 3 * MIB + 30_000);
    await read(reader, file, 3 * MIB, 3 * MIB + 30_000);
    expect(upstream.fetched).toBe(30_000);
  });

  it('fetches whole blocks at the head and the tail of media, so that the next probe is a hit', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: 8 * MIB });
    await read(reader, file, 0, 1000);
    await read(reader, file, file.size - 20_000, file.size - 10_000);
    await settle();
    const fetched = upstream.fetched;
    await read(reader, file, 10_000, BLOCK);
    await read(reader, file, file.size - 30_000, file.size);
    expect(upstream.fetched).toBe(fetched);
    expect(upstream.reads.every((one) => one.state === 'complete')).toBe(true);
  });

  it('keeps what had come when a reader gives up, and asks only for the rest', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: 4 * MIB });
    upstream.allowance = 32 * KIB;
    const body = await open(reader, file, MIB, file.size);
    await settle();
    body.destroy();
    await closed(body);
    upstream.allow(Infinity);
    expectBytes(await read(reader, file, MIB, file.size), file, MIB, file.size);
    expect(upstream.reads.map((one) => one.range.start)).toEqual([MIB, MIB + 32 * KIB]);
  });

  it('passes straight through when told to', async () => {
    const { reader, upstream, cache } = rig({ mode: 'passthrough' });
    const file = content({ size: MIB });
    expectBytes(await read(reader, file, 10, MIB), file, 10, MIB);
    expectBytes(await read(reader, file, 10, MIB), file, 10, MIB);
    await settle();
    expect(upstream.reads.map((one) => one.state)).toEqual(['complete', 'complete']);
    expect(cache.memoryFill().bytes).toBe(0);
  });
});

describe('one who gives up', () => {
  it('closes the upstream request at once when nobody else needs it', async () => {
    const { reader, upstream } = rig();
    const body = await open(reader, content(), 0, 8 * MIB);
    expect(upstream.open).toBe(1);
    body.destroy();
    await closed(body);
    expect(upstream.reads[0]?.state).toBe('cancelled');
  });

  it('closes the upstream request at once while still waiting for the first byte', async () => {
    const { reader, upstream } = rig();
    upstream.allowance = 0;
    const giveUp = new AbortController();
    const opening = open(reader, content(), 0, MIB, giveUp.signal);
    await settle();
    giveUp.abort();
    await expect(opening).rejects.toMatchObject({ kind: 'cancelled' });
    expect(upstream.reads[0]?.state).toBe('cancelled');
  });

  it('takes nothing from the others, and only the last one ends the fetch', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: 2 * MIB });
    upstream.allowance = 32 * KIB;
    const [first, second] = await Promise.all([
      open(reader, file, 0, file.size),
      open(reader, file, 0, file.size),
    ]);
    first.destroy();
    await closed(first);
    expect(upstream.open).toBe(1);
    upstream.allow(Infinity);
    expectBytes(await buffer(second), file, 0, file.size);
    expect(upstream.reads).toHaveLength(1);
  });

  it('is told by an abort signal as by destroying the body', async () => {
    const { reader, upstream, streams } = rig();
    const giveUp = new AbortController();
    const body = await open(reader, content(), 0, 8 * MIB, giveUp.signal);
    const failed = once(body, 'error');
    giveUp.abort();
    expect((await failed)[0]).toMatchObject({ kind: 'cancelled' });
    expect(upstream.open).toBe(0);
    expect(streams.active()).toHaveLength(0);
    expect(streams.totals().abandoned).toBe(1);
  });
});

describe('failures', () => {
  it('reject the opening when they come before the first byte', async () => {
    const { reader, upstream, streams } = rig();
    upstream.fault = () => new BridgeError('file-not-found', 'gone');
    await expect(open(reader, content(), 0, 10)).rejects.toMatchObject({ kind: 'file-not-found' });
    expect(streams.failed()).toMatchObject([{ kind: 'file-not-found', lastProblem: 'gone', client: 'test' }]);
  });

  it('destroy the body after the bytes that had come, neither padded nor ended as if complete', async () => {
    const { reader, upstream } = rig();
    upstream.fault = (one) =>
      one.sent >= 96 * KIB ? new BridgeError('patience-exhausted', 'too long') : null;
    const file = content({ contentType: 'application/zip' });
    const body = await open(reader, file, 100, file.size);
    const got: Buffer[] = [];
    let ended = false;
    body.on('data', (chunk: Buffer) => got.push(chunk)).on('end', () => (ended = true));
    const [error] = (await once(body, 'error')) as [BridgeError];
    expect(error.kind).toBe('patience-exhausted');
    expect(ended).toBe(false);
    const bytes = Buffer.concat(got);
    expectBytes(bytes, file, 100, 100 + bytes.length);
    expect(bytes.length).toBe(96 * KIB);
  });

  it('of a fetch ahead of a reader are no concern of his until he gets there', async () => {
    const { reader, upstream } = rig();
    const file = content();
    let faulty = true;
    upstream.fault = (one) =>
      faulty && one.sent >= 48 * KIB ? new BridgeError('upstream-unavailable', 'cut') : null;
    const body = await open(reader, file, 0, file.size);
    await settle();
    faulty = false;
    expectBytes(await buffer(body), file, 0, file.size);
    expect(upstream.reads).toHaveLength(2);
  });
});

describe('reading ahead', () => {
  it('stops upstream when the client does not read, and goes on when it does', async () => {
    const { reader, upstream } = rig({ memoryBytes: 0 });
    const file = content({ size: 32 * MIB });
    const body = await open(reader, file, 0, file.size);
    await settle();
    const paused = upstream.fetched;
    expect(paused).toBeLessThanOrEqual(6 * BLOCK);
    expectBytes(await buffer(body), file, 0, file.size);
    expect(upstream.reads).toHaveLength(1);
  });

  it('says that it needs no connection for now, and asks for another only when half of what it ran ahead is read', async () => {
    const { reader, upstream } = rig({ memoryBytes: 0 });
    const file = content({ size: 16 * MIB });
    const body = await open(reader, file, 0, file.size);
    expectBytes(await take(body, 2 * MIB), file, 0, 2 * MIB);
    await settle();
    const [fetch] = upstream.reads;
    if (fetch === undefined) throw new Error('nothing was fetched');
    const { sent, rests } = fetch;
    expect(rests).toBeGreaterThan(0);
    fetch.connected = false;
    await take(body, 256 * KIB);
    await settle();
    expect(fetch.sent).toBe(sent);
    await take(body, 512 * KIB);
    await settle();
    expect(fetch.sent).toBeGreaterThan(sent);
    body.destroy();
  });

  it('widens its window with what has been read in sequence', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: 32 * MIB });
    const body = await open(reader, file, 0, file.size);
    let taken = 0;
    const ahead: number[] = [];
    while (taken < 4 * MIB) {
      await settle();
      const chunk = body.read() as Buffer | null;
      if (chunk !== null) taken += chunk.length;
      ahead.push(upstream.fetched - taken);
    }
    expect(Math.max(...ahead.slice(0, 3))).toBeLessThan(6 * BLOCK);
    expect(Math.max(...ahead)).toBeGreaterThan(MIB / 2);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(MIB + 6 * BLOCK);
    body.destroy();
  });

  it('keeps within its budget whatever the number of readers', async () => {
    const readAhead = { budgetBytes: MIB, largestWindow: MIB };
    const { reader, upstream } = rig({ memoryBytes: 0, readAhead });
    const readers = 20;
    await Promise.all(
      Array.from({ length: readers }, async (_, index) => {
        const file = content({ id: `f${index}`, size: 3 * MIB });
        expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
      }),
    );
    expect(reader.readAheadBytes.peak).toBeLessThanOrEqual(MIB + readers * BLOCK);
    expect(upstream.reads).toHaveLength(readers);
  });

  it('lets a fast reader run on beside a slow one of the same file', async () => {
    const { reader, upstream } = rig({ memoryBytes: 0 });
    const file = content({ size: 16 * MIB });
    const slow = await open(reader, file, 0, file.size);
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    expectBytes(await buffer(slow), file, 0, file.size);
    expect(upstream.reads.length).toBeLessThanOrEqual(2);
  });

  it('goes on over one bounded range after the other as over one stream, and stops when no more are asked for', async () => {
    const clock = new FakeClock();
    const { reader, upstream } = rig({ clock });
    const file = content({ size: 32 * MIB });
    for (let start = 4 * MIB; start < 16 * MIB; start += MIB) {
      expectBytes(await read(reader, file, start, start + MIB), file, start, start + MIB);
    }
    expect(upstream.reads.map(({ range }) => range)).toEqual([
      { start: 4 * MIB, end: 5 * MIB },
      { start: 5 * MIB, end: file.size },
    ]);
    await settle();
    expect(upstream.fetched).toBeGreaterThan(12 * MIB);
    expect(upstream.fetched).toBeLessThanOrEqual(13 * MIB + BLOCK);
    expect(upstream.open).toBe(1);
    await clock.advance(3_000);
    expect(upstream.open).toBe(0);
    expect(reader.readAheadBytes.now).toBe(0);
    expectBytes(await read(reader, file, 16 * MIB, 17 * MIB), file, 16 * MIB, 17 * MIB);
    expect(upstream.fetched).toBeLessThanOrEqual(18 * MIB + 2 * BLOCK);
  });

  it('closes the upstream request at once when one who reads range after range gives up', async () => {
    const { reader, upstream } = rig();
    const file = content({ size: 32 * MIB });
    await read(reader, file, 4 * MIB, 5 * MIB);
    const body = await open(reader, file, 5 * MIB, 7 * MIB);
    body.destroy();
    await closed(body);
    expect(upstream.open).toBe(0);
  });

  it('asks upstream only for what lies between cached blocks', async () => {
    const { reader, upstream } = rig();
    const file = content({ contentType: 'application/zip' });
    await read(reader, file, 4 * MIB, 8 * MIB);
    expectBytes(await read(reader, file, 3 * MIB, 8 * MIB), file, 3 * MIB, 8 * MIB);
    expect(upstream.reads.map((one) => one.range)).toEqual([
      { start: 4 * MIB, end: 8 * MIB },
      { start: 3 * MIB, end: 4 * MIB },
    ]);
  });
});

describe('a reader with a disk behind memory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'blocks-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function openDisk(): Promise<DiskStore> {
    const onProblem = (message: string): never => expect.fail(message);
    return DiskStore.open({
      directory,
      budgetBytes: 32 * MIB,
      blockSize: BLOCK,
      clock: systemClock,
      onProblem,
    });
  }

  async function fillDisk(file: Content): Promise<void> {
    const disk = await openDisk();
    await read(rig({ disk }).reader, file, 0, file.size);
    await disk.close();
  }

  it('is served after a restart without a byte from upstream', async () => {
    const file = content({ size: 4 * MIB + 77 });
    await fillDisk(file);
    const disk = await openDisk();
    const { reader, upstream, streams } = rig({ disk });
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    expect(upstream.reads).toHaveLength(0);
    expect(streams.totals().delivered.disk).toBe(file.size);
    expectBytes(await read(reader, file, 5, MIB), file, 5, MIB);
    expect(streams.totals().delivered.memory).toBe(MIB - 5);
    await disk.close();
  });

  it('is served the right bytes where the disk has damaged some, and only those are fetched', async () => {
    const file = content({ size: 4 * MIB, contentType: 'application/zip' });
    await fillDisk(file);
    const data = await openFile(join(directory, 'blocks.data'), 'r+');
    await data.write(Buffer.alloc(3 * BLOCK), 0, 3 * BLOCK, 10 * BLOCK);
    await data.close();
    const disk = await openDisk();
    const { reader, upstream } = rig({ disk });
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    expect(disk.fill().damaged).toBeGreaterThan(0);
    expect(upstream.fetched).toBeLessThanOrEqual(6 * BLOCK);
    await disk.close();
  });

  it('costs nothing upstream when it probes again and hangs up', async () => {
    const file = content({ size: 8 * MIB });
    const disk = await openDisk();
    const first = rig({ disk });
    await probe(first.reader, file);
    await disk.flush();
    const second = rig({ disk });
    await probe(second.reader, file);
    expect(second.upstream.reads).toHaveLength(0);
    await disk.close();
  });

  it('leaves on disk the beginning of what it plays on and on, and the head and tail, and the rest in memory', async () => {
    const file = content({ size: 2 * MIB });
    const disk = await openDisk();
    const { reader, upstream, cache } = rig({ disk, sequentialDiskBytes: MIB / 2 });
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    await disk.flush();
    expect(disk.fill().bytes).toBe(MIB / 2 + 2 * BLOCK);
    expect(cache.memoryFill().bytes).toBe(file.size);
    expectBytes(await read(reader, file, 0, file.size), file, 0, file.size);
    expect(upstream.fetched).toBe(file.size);
    await disk.close();
  });

  /** As ffprobe does: asks for everything, takes what it needs, hangs up. */
  async function probe(reader: CachedContentReader, file: Content): Promise<void> {
    const body = await open(reader, file, 0, file.size);
    let taken = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      taken += chunk.length;
      if (taken >= 300 * KIB) break;
    }
  }
});
