import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { get, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const KIB = 1024;
const GIB = 1024 ** 3;
const SIZES = [0, 1, 1000, 64 * KIB, 1024 * KIB, 1024 * KIB + 1, 50_000_000, 3 * GIB, 100 * GIB];
const RANGES = 10_000;
const READERS = 24;
const LONGEST = 96 * KIB;

interface Asked {
  readonly seed: string;
  readonly size: number;
  readonly header: string;
  readonly start: number;
  readonly end: number;
}

let whole: WholeBridge;

beforeAll(async () => {
  whole = await startWholeBridge((account) => {
    for (const size of SIZES) account.addFile(0, fileName(size), syntheticContent(fileName(size), size));
  });
});

afterAll(async () => {
  await whole.close();
});

function fileName(size: number): string {
  return `${size}.mkv`;
}

test(
  '10,000 random ranges of files from 0 bytes to 100 GiB are exact while links die, connections are reset and the storage host fails',
  { timeout: 600_000 },
  async () => {
    whole.emulator.faults.random({
      seed: 11,
      rate: 0.04,
      kinds: [
        { kind: 'expire' },
        { kind: 'reset' },
        { kind: 'reset', afterBytes: 'random' },
        { kind: 'short' },
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
      ],
    });
    const random = seededRandom(7);
    const plan = Array.from({ length: RANGES }, () => draw(random));
    const wrong: string[] = [];
    let next = 0;
    const reader = async (): Promise<void> => {
      for (let asked = plan[next++]; asked !== undefined; asked = plan[next++]) {
        const problem = await check(asked);
        if (problem !== null) wrong.push(problem);
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));

    expect(wrong).toEqual([]);
    expect(next).toBeGreaterThanOrEqual(RANGES);
    const counts = whole.emulator.counts();
    expect(counts.storageStatuses['503'], 'faults did strike').toBeGreaterThan(0);
    expect(counts.api['get_token'], 'links did die').toBeGreaterThan(SIZES.length);
  },
);

function draw(random: () => number): Asked {
  const size = SIZES[Math.floor(random() * SIZES.length)] ?? 0;
  const seed = fileName(size);
  const start = Math.floor(random() * (size + 1));
  const length = 1 + Math.floor(random() * LONGEST);
  const form = random();
  if (form < 0.1) {
    return { seed, size, header: `bytes=-${length}`, start: Math.max(0, size - length), end: size };
  }
  if (form < 0.2 && size - start <= LONGEST) {
    return { seed, size, header: `bytes=${start}-`, start, end: size };
  }
  return {
    seed,
    size,
    header: `bytes=${start}-${start + length - 1}`,
    start,
    end: Math.min(size, start + length),
  };
}

/** What is wrong with the answer; null: nothing. */
async function check({ seed, size, header, start, end }: Asked): Promise<string | null> {
  const where = `${header} of ${size} bytes`;
  const answer = await get(whole, `/library/${seed}`, { range: header }).catch((error: unknown) =>
    String(error),
  );
  if (typeof answer === 'string') return `${where}: ${answer}`;
  if (start >= size) {
    const right = answer.status === 416 && answer.headers['content-range'] === `bytes */${size}`;
    return right ? null : `${where}: ${answer.status} where no byte can be had`;
  }
  if (answer.status !== 206) return `${where}: ${answer.status} ${answer.body.toString()}`;
  if (answer.headers['content-range'] !== `bytes ${start}-${end - 1}/${size}`) {
    return `${where}: ${String(answer.headers['content-range'])}`;
  }
  return answer.body.equals(syntheticBytes(seed, start, end)) ? null : `${where}: other bytes`;
}
