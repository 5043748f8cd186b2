import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { get, getRange, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const MIB = 1024 * 1024;
const SIZE = 64 * MIB + 123;
const FILM = '/library/film.mkv';

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startWholeBridge((account) => {
    account.addFile(0, 'film.mkv', syntheticContent('film', SIZE));
  });
  whole.emulator.resetCounts();
});

afterEach(async () => {
  await whole.close();
});

function apiCalls(): Readonly<Record<string, number>> {
  return whole.emulator.counts().api;
}

describe('API calls', () => {
  it('playing a film from start to end with 50 seeks costs one get_token', async () => {
    const random = seededRandom(3);
    for (let seek = 0; seek < 50; seek += 1) {
      const start = Math.floor(random() * (SIZE - MIB));
      const { body } = await getRange(whole, FILM, start, start + MIB);
      expect(body.equals(syntheticBytes('film', start, start + MIB))).toBe(true);
    }
    const { body } = await get(whole, FILM);
    expect(body.equals(syntheticBytes('film', 0, SIZE))).toBe(true);
    expect(apiCalls()).toEqual({ get_token: 1 });
  }, 90_000);

  it('each death of the link costs one more, and the viewer sees nothing of it', async () => {
    for (let life = 0; life < 3; life += 1) {
      const start = life * 20 * MIB;
      const { body } = await getRange(whole, FILM, start, start + 3 * MIB);
      expect(body.equals(syntheticBytes('film', start, start + 3 * MIB))).toBe(true);
      whole.emulator.expireLinks();
    }
    expect(apiCalls()).toEqual({ get_token: 3 });
  });

  it('100 first readers of one file at once cost one', async () => {
    const starts = Array.from({ length: 100 }, (_, index) => index * 300_000);
    const answers = await Promise.all(starts.map((start) => getRange(whole, FILM, start, start + 50_000)));
    answers.forEach(({ body }, index) => {
      const start = starts[index] ?? 0;
      expect(body.equals(syntheticBytes('film', start, start + 50_000))).toBe(true);
    });
    expect(apiCalls()).toEqual({ get_token: 1 });
  });

  it('a player that asks for one MiB after the other costs one link and two requests for all of them', async () => {
    for (let start = 10 * MIB; start < 40 * MIB; start += MIB) {
      const { body } = await getRange(whole, FILM, start, start + MIB);
      expect(body.equals(syntheticBytes('film', start, start + MIB))).toBe(true);
    }
    expect(apiCalls()).toEqual({ get_token: 1 });
    // The first range, and from the second on one request that goes on.
    expect(whole.emulator.counts().storageRequests).toBe(2);
  }, 60_000);

  it('HEAD, 304 and 416 cost nothing at all', async () => {
    const head = await whole.pool.request({ method: 'HEAD', path: FILM });
    await head.body.dump();
    expect(head.headers['content-length']).toBe(String(SIZE));
    const etag = String(head.headers.etag);
    expect((await get(whole, FILM, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(whole, FILM, { range: `bytes=${SIZE}-` })).status).toBe(416);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('bytes once read cost nothing after a restart', async () => {
    await getRange(whole, FILM, 0, 2 * MIB);
    await getRange(whole, FILM, SIZE - MIB, SIZE);
    whole = await whole.restart();
    whole.emulator.resetCounts();
    const head = await getRange(whole, FILM, 0, 2 * MIB);
    const tail = await getRange(whole, FILM, SIZE - MIB, SIZE);
    expect(head.body.equals(syntheticBytes('film', 0, 2 * MIB))).toBe(true);
    expect(tail.body.equals(syntheticBytes('film', SIZE - MIB, SIZE))).toBe(true);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });
});
