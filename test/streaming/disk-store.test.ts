import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Block, contentKey } from '../../src/streaming/block.ts';
import type { BlockAddress } from '../../src/streaming/block-cache.ts';
import type { BlockFile } from '../../src/streaming/block-file.ts';
import { openBlockFile } from '../../src/streaming/block-file.ts';
import type { DiskStoreOptions } from '../../src/streaming/disk-store.ts';
import { DiskStore } from '../../src/streaming/disk-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bytesOf } from './fake-upstream.ts';

const BLOCK = 16 * 1024;
const SEED = 'film-v1';
const FILM = contentKey({ id: 'film', version: 'v1' });

let directory: string;
let clock: FakeClock;
let problems: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blocks-'));
  clock = new FakeClock();
  problems = [];
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

function openStore(options: Partial<DiskStoreOptions> = {}): Promise<DiskStore> {
  const onProblem = (message: string): number => problems.push(message);
  return DiskStore.open({
    directory,
    budgetBytes: 64 * BLOCK,
    blockSize: BLOCK,
    clock,
    onProblem,
    ...options,
  });
}

function at(index: number, kept = false): BlockAddress {
  return { content: FILM, index, kept };
}

function block(index: number, offset = 0, length = BLOCK - offset): Block {
  const start = index * BLOCK + offset;
  return Block.of(index, start, bytesOf(SEED, start, start + length));
}

async function put(store: DiskStore, index: number, kept = false): Promise<void> {
  store.write(at(index, kept), block(index));
  await store.flush();
}

function expectBlock(got: Block | null, index: number): void {
  const expected = block(index);
  expect(got).toMatchObject({ index, start: expected.start, end: expected.end });
  expect(got?.slice(expected.start, expected.end)).toEqual(expected.slice(expected.start, expected.end));
}

async function has(store: DiskStore, index: number): Promise<boolean> {
  return (await store.read(at(index))) !== null;
}

async function overwrite(name: string, position: number, bytes: Buffer): Promise<void> {
  const file = await open(join(directory, name), 'r+');
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

/** Files whose writes fail with `code` while it is set. */
function failingFiles(failure: { code: string | null }): (path: string) => Promise<BlockFile> {
  return async (path) => {
    const file = await openBlockFile(path);
    return {
      read: (target, position) => file.read(target, position),
      size: () => file.size(),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
      write: async (pieces, position) => {
        if (failure.code !== null) throw Object.assign(new Error('write'), { code: failure.code });
        await file.write(pieces, position);
      },
    };
  };
}

describe('blocks on disk', () => {
  it('are there again after a restart', async () => {
    const before = await openStore();
    for (let index = 0; index < 10; index += 1) await put(before, index);
    before.write(at(11), block(11, 100, 50));
    await before.close();

    const after = await openStore();
    for (let index = 0; index < 10; index += 1) expectBlock(await after.read(at(index)), index);
    expect(after.runOf(at(11))).toEqual({ start: 11 * BLOCK + 100, end: 11 * BLOCK + 150 });
    expect(await after.read({ ...at(0), content: contentKey({ id: 'film', version: 'v2' }) })).toBeNull();
    await after.close();
  });

  it('take no more than the budget, in two files, the least recently used going first', async () => {
    const store = await openStore({ budgetBytes: 8 * BLOCK });
    for (let index = 0; index < 6; index += 1) await put(store, index);
    expect(await has(store, 0)).toBe(true);
    for (let index = 6; index < 11; index += 1) await put(store, index);
    expect(await has(store, 0)).toBe(true);
    expect(await has(store, 1)).toBe(false);
    expectBlock(await store.read(at(10)), 10);
    expect(store.fill().evictions).toBe(5);
    await store.close();
    expect((await stat(join(directory, 'blocks.data'))).size).toBeLessThanOrEqual(8 * BLOCK);
  });

  it('of heads and tails outlive any number of others, also over a restart', async () => {
    const store = await openStore();
    await put(store, 0, true);
    for (let index = 1; index < 200; index += 1) await put(store, index);
    await store.close();
    const after = await openStore();
    for (let index = 200; index < 400; index += 1) await put(after, index);
    expectBlock(await after.read(at(0, true)), 0);
    await after.close();
  });

  it('that were damaged are dropped and never given', async () => {
    const store = await openStore();
    await put(store, 0);
    await put(store, 1);
    await overwrite('blocks.data', 100, Buffer.from([1, 2, 3, 4, 5]));
    expect(await store.read(at(0))).toBeNull();
    expect(store.runOf(at(0))).toBeNull();
    expectBlock(await store.read(at(1)), 1);
    expect(store.fill().damaged).toBe(1);
    await put(store, 0);
    expectBlock(await store.read(at(0)), 0);
    await store.close();
  });

  it('whose index record was damaged are dropped alone', async () => {
    const store = await openStore();
    await put(store, 0);
    await put(store, 1);
    await store.close();
    await overwrite('blocks.index', 64 + 30, Buffer.from([99]));
    const after = await openStore();
    expect(after.runOf(at(0))).toBeNull();
    expectBlock(await after.read(at(1)), 1);
    await after.close();
  });

  it('of which the file lost its end are dropped', async () => {
    const store = await openStore();
    for (let index = 0; index < 4; index += 1) await put(store, index);
    await store.close();
    const file = await open(join(directory, 'blocks.data'), 'r+');
    await file.truncate(2 * BLOCK + 10);
    await file.close();
    const after = await openStore();
    expectBlock(await after.read(at(1)), 1);
    expect(await after.read(at(2))).toBeNull();
    expect(await after.read(at(3))).toBeNull();
    await after.close();
  });

  it('are given up when their size is set anew, and in part when the budget shrinks', async () => {
    const store = await openStore();
    for (let index = 0; index < 40; index += 1) await put(store, index);
    await store.close();
    const smaller = await openStore({ budgetBytes: 8 * BLOCK });
    expect(smaller.fill().blocks).toBeLessThanOrEqual(8);
    for (let index = 0; index < 40; index += 1) {
      if (await has(smaller, index)) expectBlock(await smaller.read(at(index)), index);
    }
    await smaller.close();
    expect((await stat(join(directory, 'blocks.data'))).size).toBeLessThanOrEqual(8 * BLOCK);
    const other = await openStore({ blockSize: BLOCK / 2 });
    expect(other.fill().blocks).toBe(0);
    await other.close();
  });

  it.each(['ENOSPC', 'EIO', 'EDQUOT'])(
    'are no longer written after %s, with one warning, for a while',
    async (code) => {
      const failure: { code: string | null } = { code: null };
      const store = await openStore({ openFile: failingFiles(failure) });
      await put(store, 0);
      failure.code = code;
      for (let index = 1; index < 5; index += 1) await put(store, index);
      expect(store.fill().state).toBe('off');
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(code);
      expectBlock(await store.read(at(0)), 0);
      expect(await store.read(at(1))).toBeNull();

      await clock.advance(6 * 60_000);
      await put(store, 5);
      expect(problems).toHaveLength(1);
      failure.code = null;
      await clock.advance(6 * 60_000);
      await put(store, 6);
      expectBlock(await store.read(at(6)), 6);
      expect(problems).toHaveLength(2);
      await store.close();
    },
  );

  it('are left out, with a warning, where the directory cannot be used', async () => {
    await makeEmptyFile(join(directory, 'file'));
    const store = await openStore({ directory: join(directory, 'file') });
    await put(store, 0);
    expect(await store.read(at(0))).toBeNull();
    expect(store.fill().state).toBe('off');
    expect(problems).toHaveLength(1);
    await store.close();
  });

  it('wait for a slow disk in a bounded queue and are dropped beyond it', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const store = await openStore({
      budgetBytes: 4096 * BLOCK,
      openFile: async (path) => {
        const file = await openBlockFile(path);
        const write = async (pieces: readonly Buffer[], position: number): Promise<void> => {
          if (path.endsWith('data')) await held;
          await file.write(pieces, position);
        };
        return { ...file, write };
      },
    });
    for (let index = 0; index < 2000; index += 1) store.write(at(index), block(index));
    expect(store.fill().skipped).toBeGreaterThan(900);
    release();
    await store.flush();
    expectBlock(await store.read(at(3)), 3);
    expect(await store.read(at(1999))).toBeNull();
    await store.close();
  });

  it('are right or absent after kill -9 at any moment of writing', { timeout: 60_000 }, async () => {
    const blocks = 24;
    let survived = 0;
    for (let round = 0; round < 5; round += 1) {
      const program = join(import.meta.dirname, 'disk-writer.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', program, directory, String(round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 11));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const store = await openStore({ budgetBytes: 16 * BLOCK });
      for (let index = 0; index < blocks; index += 1) {
        for (const version of ['v1', 'v2']) {
          const address = { content: contentKey({ id: 'film', version }), index, kept: index < 2 };
          const got = await store.read(address);
          if (got === null) continue;
          survived += 1;
          expect(got.slice(got.start, got.end).equals(bytesOf(`film-${version}`, got.start, got.end))).toBe(
            true,
          );
        }
      }
      await store.close();
    }
    expect(survived).toBeGreaterThan(0);
  });
});

async function makeEmptyFile(path: string): Promise<void> {
  await (await open(path, 'w')).close();
}
