import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Clock } from '../clock.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import type { Priority } from '../fichier/api.ts';
import { runFfmpeg, runFfprobe, type Conversion } from './ffmpeg.ts';
import type { LentContent, Loopback } from './loopback.ts';
import type { ProcessSlots } from './process-slots.ts';
import { TONE_MAPPING_FILTERS } from './tone-mapping.ts';

export interface MediaToolsParts {
  readonly programs: { readonly ffmpeg: string; readonly ffprobe: string };
  readonly loopback: Loopback;
  /** For work that ends by itself. */
  readonly jobs: ProcessSlots;
  /** For playing, which goes on as long as somebody watches. */
  readonly players: ProcessSlots;
  readonly clock: Clock;
}

export interface ToolRequest {
  readonly priority: Priority;
  readonly signal: AbortSignal;
  /** For a job whose nature it is to take longer (ms). */
  readonly patienceMs?: number | undefined;
}

/** A job that takes longer (ms) is given up: the file leads the program in circles, or upstream is too slow. */
const JOB_PATIENCE_MS = 90_000;
/** Bytes between ffmpeg and the client, beside what the system's pipe holds. */
const OUTPUT_BUFFER = 256 * 1024;
/** How long the answer whether ffmpeg is installed holds (ms), so that it can be installed while the bridge runs. */
const ABSENCE_HOLDS_MS = 30_000;

/** ffprobe and ffmpeg at work on contents: few at once, bounded in time and output, killed when nobody waits. */
export class MediaTools {
  readonly #parts: MediaToolsParts;
  #toneMaps: Promise<boolean> | null = null;
  #presence: { readonly answer: Promise<boolean>; readonly until: number } | null = null;

  constructor(parts: MediaToolsParts) {
    this.#parts = parts;
  }

  /** Whether both programs can be run. */
  available(): Promise<boolean> {
    const { clock, programs } = this.#parts;
    if (this.#presence === null || clock.monotonic() > this.#presence.until) {
      const answer = Promise.all([canRun(programs.ffmpeg), canRun(programs.ffprobe)]).then((both) =>
        both.every(Boolean),
      );
      this.#presence = { answer, until: clock.monotonic() + ABSENCE_HOLDS_MS };
    }
    return this.#presence.answer;
  }

  /** Whether this ffmpeg can bring HDR into the range of ordinary screens; looked up once. */
  canToneMap(): Promise<boolean> {
    this.#toneMaps ??= hasFilters(this.#parts.programs.ffmpeg, TONE_MAPPING_FILTERS).catch(() => {
      this.#toneMaps = null;
      return false;
    });
    return this.#toneMaps;
  }

  /** What ffprobe says of a content. Rejects with a BridgeError, as all that follow do. */
  probe(content: LentContent, request: ToolRequest): Promise<unknown> {
    const { programs, jobs } = this.#parts;
    return this.#run(content, jobs, request, JOB_PATIENCE_MS, (address, signal) =>
      runFfprobe(programs.ffprobe, address, signal),
    );
  }

  /** All that ffmpeg makes of a content; `media-unreadable` when that is more than `mostBytes`. */
  convert(
    content: LentContent,
    conversion: Conversion,
    mostBytes: number,
    request: ToolRequest,
  ): Promise<Buffer> {
    const { programs, jobs } = this.#parts;
    return this.#run(
      content,
      jobs,
      request,
      request.patienceMs ?? JOB_PATIENCE_MS,
      async (address, signal) => {
        const output = new PassThrough();
        const enough = new AbortController();
        const ending = AbortSignal.any([signal, enough.signal]);
        const running = runFfmpeg(programs.ffmpeg, address, conversion, output, ending);
        running.catch((error: unknown) => output.destroy(asBridgeError(error)));
        try {
          const bytes = await collect(output, mostBytes);
          await running;
          return bytes;
        } catch (error) {
          enough.abort();
          await running.catch(() => undefined);
          throw error;
        }
      },
    );
  }

  /**
   * What ffmpeg makes of a content, while it makes it; resolves when the first bytes are there. Destroying the stream
   * kills ffmpeg at once, and a stream that is not read holds it up.
   */
  async play(content: LentContent, conversion: Conversion, request: ToolRequest): Promise<Readable> {
    const { programs, players } = this.#parts;
    const output = new PassThrough({ highWaterMark: OUTPUT_BUFFER });
    const gone = new AbortController();
    output.once('close', () => gone.abort());
    const signal = AbortSignal.any([request.signal, gone.signal]);
    this.#run(content, players, { ...request, signal }, null, (address, ending) =>
      runFfmpeg(programs.ffmpeg, address, conversion, output, ending),
    ).catch((error: unknown) => output.destroy(asBridgeError(error)));
    try {
      await once(output, 'readable');
    } catch (error) {
      throw asBridgeError(error);
    }
    return output;
  }

  async #run<T>(
    content: LentContent,
    slots: ProcessSlots,
    request: ToolRequest,
    patienceMs: number | null,
    work: (address: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const giveBack = await slots.take(request.priority, request.signal);
    const tooLong = new AbortController();
    const callOff =
      patienceMs === null
        ? (): void => undefined
        : this.#parts.clock.after(patienceMs, () => tooLong.abort());
    const loan = await this.#parts.loopback.lend(content);
    try {
      const made = await work(loan.address, AbortSignal.any([request.signal, tooLong.signal]));
      // Programs take a reading that broke off for the end of the file, and what they make of that for the whole.
      if (loan.failure !== null) throw loan.failure;
      return made;
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (tooLong.signal.aborted)
        throw new BridgeError('patience-exhausted', 'ffmpeg took too long over the file');
      // The program only saw that its input broke off; the reader knows why.
      throw loan.failure ?? error;
    } finally {
      callOff();
      loan.end();
      giveBack();
    }
  }
}

async function collect(output: Readable, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) {
      throw new BridgeError('media-unreadable', `more than ${mostBytes} bytes would come of the file`);
    }
    chunks.push(chunk);
  }
  if (length === 0) throw new BridgeError('media-unreadable', 'nothing could be made of the file');
  return Buffer.concat(chunks);
}

function canRun(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ['-version'], { timeout: 10_000 }, (error) => resolve(error === null));
  });
}

async function hasFilters(program: string, names: readonly string[]): Promise<boolean> {
  const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-filters'], { timeout: 10_000 });
  // ` .S. tonemap           V->V       Conversion …`
  const installed = new Set(stdout.split('\n').map((line) => line.trim().split(/\s+/)[1]));
  return names.every((name) => installed.has(name));
}
