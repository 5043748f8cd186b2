import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { ChildStage, type ChildBridge, type ChildOptions } from './child-bridge.ts';

const MIB = 1024 * 1024;
const FILM_SIZE = 32 * MIB + 123;
const FILM = '/library/film.mkv';
/** Room on the disk that runs full (bytes): for a catalogue, not for a film. */
const DISK_SIZE = 16 * MIB;

let stage: ChildStage;

beforeEach(async () => {
  stage = await ChildStage.set((account) => {
    account.addFile(0, 'film.mkv', syntheticContent('film', FILM_SIZE));
  });
});

afterEach(async () => {
  await stage.clear();
});

async function start(options: Partial<ChildOptions> = {}): Promise<ChildBridge> {
  const bridge = await stage.start(options);
  await bridge.found(FILM);
  return bridge;
}

async function expectFilm(from: ChildBridge): Promise<void> {
  const { status, body } = await from.get(FILM);
  expect(status).toBe(200);
  expect(body.equals(syntheticBytes('film', 0, FILM_SIZE))).toBe(true);
}

describe('a full disk', () => {
  beforeEach(() => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'tmpfs', stage.dataDir]);
    } catch (cause) {
      throw new Error('a small disk cannot be mounted; run this test as root', { cause });
    }
  });

  afterEach(async () => {
    await stage.kill();
    execFileSync('umount', [stage.dataDir]);
  });

  const fill = (): string => {
    const path = join(stage.dataDir, 'filler');
    const descriptor = openSync(path, 'w');
    try {
      for (;;) writeFileSync(descriptor, Buffer.alloc(4096));
    } catch {
      return path;
    } finally {
      closeSync(descriptor);
    }
  };

  test('for the cache turns the disk cache off, says so, and the film plays', async () => {
    const child = await start({ env: { BRIDGE_CACHE_MEMORY: '4MiB', BRIDGE_CACHE_DISK: '1GiB' } });
    await expectFilm(child);
    await vi.waitFor(() => expect(child.logged).toContain('the disk cache is off for now (ENOSPC)'), 10_000);
    await expectFilm(child);
    expect(await child.stop()).toBe(0);
  }, 60_000);

  test('for the catalogue costs what is new, never what plays, and heals when there is room', async () => {
    const child = await start({ env: { BRIDGE_CACHE_DISK: '0', FICHIER_CALL_BURST: '10' } });
    const filler = fill();
    for (let film = 0; film < 2000; film += 1) {
      stage.emulator.account.addFile(0, `film number ${film}.mkv`, syntheticContent(film, MIB));
    }
    const refresh = (): Promise<number> => child.post('/api/v1/refresh', { path: '/' });
    const refused = await refresh();
    expect(refused).toBeGreaterThanOrEqual(500);
    await expectFilm(child);
    rmSync(filler);
    await vi.waitFor(async () => expect(await refresh()).toBe(200), { timeout: 45_000, interval: 500 });
    await child.found('/library/film%20number%201999.mkv');
    expect(await child.stop()).toBe(0);
  }, 120_000);

  test('before the start is said in one clear line', async () => {
    fill();
    await expect(start()).rejects.toThrow('the disk of the data directory is full');
  }, 60_000);
});

describe('a log that cannot be written', () => {
  test('since its disk is full costs lines, nothing else', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const child = await start({ logTo: full, env: { BRIDGE_LOG_LEVEL: 'trace' } });
      await expectFilm(child);
      expect(await child.stop()).toBe(0);
    } finally {
      closeSync(full);
    }
  }, 60_000);
});

describe('a database that was damaged', () => {
  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['overwritten from its start', (file) => overwrite(file, 0, 4096)],
    ['overwritten in its middle', (file) => overwrite(file, 4096, statSync(file).size - 4096)],
    ['replaced by a text', (file) => writeFileSync(file, 'This is no database.')],
  ];

  test.each(damages)(
    '%s is moved aside, said so, and made anew',
    async (_, damage) => {
      expect(await (await start()).stop()).toBe(0);
      damage(join(stage.dataDir, 'bridge.db'));
      const child = await start();
      await expectFilm(child);
      expect(child.logged).toContain('the catalogue was damaged; it is moved aside');
      expect(readdirSync(stage.dataDir).some((name) => name.startsWith('bridge.db.corrupt-'))).toBe(true);
      expect(await child.stop()).toBe(0);
    },
    60_000,
  );
});

describe('a block on disk that was damaged', () => {
  test('is fetched again; the others are served from disk, for no API call', async () => {
    // At a pace that any disk follows: what comes faster than it can be written is not kept on disk.
    stage.emulator.quirks.connectionBytesPerSecond = 16 * MIB;
    const first = await start();
    await expectFilm(first);
    expect(await first.stop()).toBe(0);
    stage.emulator.quirks.connectionBytesPerSecond = null;
    overwrite(join(stage.dataDir, 'blocks', 'blocks.data'), 5 * MIB + 1000, 100);
    stage.emulator.resetCounts();
    const second = await start();
    await expectFilm(second);
    const { storageBytes } = stage.emulator.counts();
    expect(storageBytes).toBeGreaterThan(0);
    expect(storageBytes).toBeLessThan(FILM_SIZE / 4);
    await expectFilm(second);
    expect(stage.emulator.counts().storageBytes).toBe(storageBytes);
  }, 60_000);
});

function overwrite(file: string, from: number, length: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, from, from + length);
  writeFileSync(file, bytes);
}
