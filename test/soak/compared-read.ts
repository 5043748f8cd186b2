import { setTimeout as wait } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import type { Stocked } from './stock.ts';

/** One read of a file, of which every byte that comes is compared. */
export interface PlannedRead {
  readonly origin: string;
  readonly path: string;
  readonly file: Stocked;
  /** First byte, inclusive. */
  readonly start: number;
  /** Exclusive; null: to the end of the file, asked for as an open range. */
  readonly end: number | null;
  /** Leaves once it has so many bytes; unless given, it stays to the end. */
  readonly leaveAfter?: number;
  /** Reads no faster than this; unless given, as fast as it comes. */
  readonly bytesPerSecond?: number;
}

export interface DoneRead {
  readonly bytes: number;
  /** The longest that it waited for bytes (ms). */
  readonly longestWait: number;
}

/** Never to be excused. */
export class WrongBytes extends Error {}

/** @throws WrongBytes, or an error that says what the answer was or what cut it. */
export async function readAndCompare(dispatcher: Dispatcher, plan: PlannedRead): Promise<DoneRead> {
  const { origin, path, start, file, leaveAfter = Infinity } = plan;
  const end = plan.end ?? file.size;
  const leave = new AbortController();
  const begun = performance.now();
  let waitingSince = begun;
  let longestWait = 0;
  const answer = await request(`${origin}${path}`, {
    dispatcher,
    signal: leave.signal,
    headers: { range: `bytes=${start}-${plan.end === null ? '' : end - 1}` },
  });
  if (answer.statusCode !== 206)
    throw new Error(`answered ${answer.statusCode}: ${await answer.body.text()}`);
  let position = start;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      longestWait = Math.max(longestWait, performance.now() - waitingSince);
      const expected = syntheticBytes(file.seed, position, position + chunk.length);
      if (!chunk.equals(expected)) throw new WrongBytes(`wrong bytes from ${position} on`);
      position += chunk.length;
      if (position - start >= leaveAfter) return { bytes: position - start, longestWait };
      await keepPace(plan, position - start, begun);
      waitingSince = performance.now();
    }
  } finally {
    leave.abort();
  }
  if (position !== end) throw new WrongBytes(`ended at ${position} instead of ${end} as if it were complete`);
  return { bytes: position - start, longestWait };
}

async function keepPace({ bytesPerSecond }: PlannedRead, bytes: number, begun: number): Promise<void> {
  if (bytesPerSecond === undefined) return;
  const ahead = (bytes / bytesPerSecond) * 1000 - (performance.now() - begun);
  if (ahead > 5) await wait(ahead);
}
