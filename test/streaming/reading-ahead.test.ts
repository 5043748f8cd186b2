import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { content } from './fake-upstream.ts';
import { BLOCK, closed, expectBytes, KIB, MIB, open, read, rig, settle, take } from './cached-reader-rig.ts';

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
