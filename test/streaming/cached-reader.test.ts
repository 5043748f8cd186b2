import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { content } from './fake-upstream.ts';
import {
  BLOCK,
  closed,
  expectBytes,
  expected,
  KIB,
  MIB,
  open,
  read,
  rig,
  settle,
} from './cached-reader-rig.ts';

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
