import { expect } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { fastClock } from '../support/fast-clock.ts';
import { get, startWholeBridge, type WholeBridge, type WholeBridgeOptions } from '../support/whole-bridge.ts';

const MIB = 1024 * 1024;

/** Long enough that a fault in its middle strikes while a viewer is well under way (bytes). */
export const FILM_SIZE = 12 * MIB + 345;
export const FILM = '/library/film.mkv';
/** Where faults in the middle of a body strike (bytes). */
export const MIDDLE = 5 * MIB + 17;

/** Waits of a minute take three seconds. */
const SPEED = 20;
/** What the caches of these tests may hold, and as much again for the run of things (bytes). */
const MEMORY_ALLOWED = 256 * MIB;

/** A bridge with one film, small caches and patience as users have it. */
export function startCinema(options: WholeBridgeOptions = {}): Promise<WholeBridge> {
  return startWholeBridge(
    (account) => {
      account.addFile(0, 'film.mkv', syntheticContent('film', FILM_SIZE));
    },
    {
      clock: fastClock(SPEED),
      ...options,
      env: { BRIDGE_CACHE_MEMORY: '16MiB', BRIDGE_CACHE_DISK: '0', ...options.env },
    },
  );
}

export interface Price {
  /** Calls of get_token, at most. */
  readonly links: number;
}

/** Plays the film to its end and checks every byte, the API calls it cost and the memory it took. */
export async function expectUnbroken(whole: WholeBridge, { links }: Price): Promise<void> {
  const before = process.memoryUsage().rss;
  const { status, body } = await get(whole, FILM);
  expect(status).toBe(200);
  expect(body.length).toBe(FILM_SIZE);
  expect(body.equals(syntheticBytes('film', 0, FILM_SIZE))).toBe(true);
  const { api } = whole.emulator.counts();
  expect(api['get_token'] ?? 0).toBeLessThanOrEqual(links);
  expect(Object.keys(api).filter((call) => call !== 'get_token' && call !== 'folder/ls')).toEqual([]);
  expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_ALLOWED);
}

/** Plays the film and checks that the failure is told by a status, before any byte of a body. */
export async function expectRefusal(whole: WholeBridge, status: number, kind: string): Promise<void> {
  const answer = await get(whole, FILM);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toContain('application/json');
  expect(JSON.parse(answer.body.toString())).toMatchObject({ error: kind });
}

interface CutBody {
  readonly status: number;
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/** Reads as much of a body as comes. */
async function readWhatComes({ pool }: WholeBridge, path = FILM): Promise<CutBody> {
  const answer = await pool.request({ method: 'GET', path });
  const chunks: Buffer[] = [];
  let complete = true;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    complete = false;
  }
  return { status: answer.statusCode, bytes: Buffer.concat(chunks), complete };
}

/** Checks that a body was cut, not ended as if complete, and that what came of it is right. */
export async function expectCut(whole: WholeBridge): Promise<void> {
  const { status, bytes, complete } = await readWhatComes(whole);
  expect(status).toBe(200);
  expect(complete).toBe(false);
  expect(bytes.length).toBeLessThan(FILM_SIZE);
  expect(bytes.equals(syntheticBytes('film', 0, bytes.length))).toBe(true);
}
