import { Agent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { readAndCompare } from '../soak/compared-read.ts';
import { ChildStage } from './child-bridge.ts';

const MIB = 1024 * 1024;
const VIEWERS = 64;
const FILMS = 32;
const FILM_SIZE = 1024 * MIB;
/** A twelfth of what `npm run bench:viewers` asks for: this is about bytes and memory, that about time. */
const BYTES_PER_SECOND = 2_000_000 / 8;
const SEEKS = 4;
const BYTES_PER_SEEK = 2 * BYTES_PER_SECOND;
const CONNECTIONS = 24;
const CACHE = 32 * MIB;
const READ_AHEAD = 64 * MIB;
const MEMORY_ALLOWED = 256 * MIB;

let stage: ChildStage;

beforeEach(async () => {
  stage = await ChildStage.set((account) => {
    for (let film = 0; film < FILMS; film += 1) {
      account.addFile(0, `film-${film}.mkv`, syntheticContent(film, FILM_SIZE));
    }
  });
});

afterEach(async () => {
  await stage.clear();
});

test('64 viewers who seek while links die and the storage host fails get every byte, within 256 MiB above the caches', async () => {
  const child = await stage.start({
    env: {
      BRIDGE_CACHE_MEMORY: String(CACHE),
      BRIDGE_CACHE_DISK: '0',
      BRIDGE_CONNECTIONS: String(CONNECTIONS),
      // The machine may be busy; how long a viewer waits is measured by `npm run bench:viewers`.
      BRIDGE_PATIENCE: '3m',
      BRIDGE_READ_AHEAD: String(READ_AHEAD),
    },
  });
  await child.found(`/library/film-${FILMS - 1}.mkv`);
  stage.emulator.faults.random({
    seed: 13,
    rate: 0.03,
    kinds: [
      { kind: 'expire' },
      { kind: 'reset', afterBytes: 'random' },
      { kind: 'short' },
      { kind: 'status', status: 503 },
    ],
  });
  const random = seededRandom(17);
  const agent = new Agent();
  let mostMemory = 0;
  const watch = async (viewer: number): Promise<void> => {
    const film = viewer % FILMS;
    for (let seek = 0; seek < SEEKS; seek += 1) {
      const start = Math.floor(random() * (FILM_SIZE - 2 * BYTES_PER_SEEK));
      const { bytes } = await readAndCompare(agent, {
        origin: child.origin,
        path: `/library/film-${film}.mkv`,
        file: { seed: film, size: FILM_SIZE },
        ...{ start, end: null, leaveAfter: BYTES_PER_SEEK, bytesPerSecond: BYTES_PER_SECOND },
      });
      expect(bytes).toBeGreaterThanOrEqual(BYTES_PER_SEEK);
      mostMemory = Math.max(mostMemory, child.usage()?.residentBytes ?? Infinity);
    }
  };
  await Promise.all(Array.from({ length: VIEWERS }, (_, viewer) => watch(viewer)));
  await agent.destroy();
  expect(mostMemory).toBeLessThan(CACHE + READ_AHEAD + MEMORY_ALLOWED);
  expect(stage.emulator.counts().peakTransfers).toBeLessThanOrEqual(CONNECTIONS);
  const { storageStatuses } = stage.emulator.counts();
  expect(storageStatuses['503'], 'faults did strike').toBeGreaterThan(0);
}, 400_000);
