import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { CachedContentReader } from '../../src/streaming/cached-reader.ts';
import type { Content } from '../../src/streaming/content.ts';
import { DiskStore } from '../../src/streaming/disk-store.ts';
import { content } from './fake-upstream.ts';
import { BLOCK, expectBytes, KIB, MIB, open, read, rig } from './cached-reader-rig.ts';

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
