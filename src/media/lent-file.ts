import { Readable } from 'node:stream';
import type { Priority } from '../fichier/api.ts';
import type { Content, ContentReader } from '../streaming/content.ts';
import type { ByteRange } from '../streaming/range.ts';
import type { LentContent } from './loopback.ts';

interface LentFileOptions {
  readonly priority: Priority;
  /** Who watches; null: the bridge looks into the file itself, here and there. */
  readonly client: string | null;
}

/** A file of the library as something to lend. */
export function lentFile(reader: ContentReader, file: Content, options: LentFileOptions): LentContent {
  const open = (range: ByteRange, signal: AbortSignal): Promise<Readable> =>
    reader.open(file, { range, signal, ...options });
  return {
    size: file.size,
    contentType: file.contentType,
    open: options.client === null ? (range, signal) => inSteps(range, signal, open) : open,
  };
}

/** Bytes; as large as the blocks of the cache by default. */
const FIRST_STEP = 256 * 1024;
const LARGEST_STEP = 8 * 1024 * 1024;

/**
 * Reads a range step by step, each twice as long as the one before: programs ask for all that follows and then leave
 * after a few bytes, and nothing is read ahead of the end of a step.
 */
async function inSteps(
  range: ByteRange,
  signal: AbortSignal,
  open: (range: ByteRange, signal: AbortSignal) => Promise<Readable>,
): Promise<Readable> {
  let end = Math.min(range.end, (Math.floor(range.start / FIRST_STEP) + 1) * FIRST_STEP);
  const first = await open({ start: range.start, end }, signal);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* first as AsyncIterable<Buffer>;
    for (let step = FIRST_STEP; end < range.end; step = Math.min(step * 2, LARGEST_STEP)) {
      const start = end;
      end = Math.min(range.end, start + step);
      yield* (await open({ start, end }, signal)) as AsyncIterable<Buffer>;
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
