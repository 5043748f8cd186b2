import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import fluent from 'fluent-ffmpeg';
import { BridgeError } from '../errors.ts';
import { watchForChild } from './child-watch.ts';

/*
 * The one place that knows fluent-ffmpeg, which nobody maintains any more. Its edges are dealt with here: options reach
 * the program one by one as they are given, a process is killed at once and waited for, and what it prints is bounded.
 */

/** How one run of ffmpeg reads its input and what it makes of it. */
export interface Conversion {
  /** Options before the input, such as where to seek to. */
  readonly input: readonly string[];
  /** Options after it, ending with `-f` and a format. */
  readonly output: readonly string[];
}

/**
 * The demuxers that a file may choose by what is in it: none of them opens addresses or files that it is told of, as
 * playlists do.
 */
const DEMUXERS =
  'aac,ac3,aiff,amr,ape,apng,asf,ass,avi,bmp_pipe,caf,dsf,dts,dtshd,dv,eac3,flac,flv,gif,gif_pipe,h264,hevc,ivf,' +
  'jpeg_pipe,jpegxl_pipe,m4v,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,png_pipe,rm,srt,' +
  'sup,tak,tiff_pipe,truehd,tta,vc1,vobsub,w64,wav,webp_pipe,webvtt,wtv,wv';

const GUARDS = ['-v', 'error', '-protocol_whitelist', 'http,tcp', '-format_whitelist', DEMUXERS];

/** For work that looks here and there: what is on its way when it turns elsewhere was read for nothing. */
export const SHORT_SIGHT = ['-recv_buffer_size', '65536'];

/** Bytes: hundreds of tracks with long titles. */
const MOST_PROBE_OUTPUT = 1024 * 1024;
const KEPT_ERROR_LINES = 20;
/** What Node.js and fluent-ffmpeg say when the system starts no more processes, or kills one for its memory. */
const LACK_OF_MEANS = /^spawn .*\bE(?:AGAIN|MFILE|NFILE|NOMEM)\b|was killed with signal SIG(?:KILL|TERM)\b/;

/**
 * What `ffprobe -show_format -show_streams` says of the content at `address`, in fluent-ffmpeg's form.
 *
 * Rejects with a BridgeError: `media-unreadable`, `media-program-missing` or `cancelled`, once the process is gone.
 */
export async function runFfprobe(program: string, address: string, signal: AbortSignal): Promise<unknown> {
  const run = new ProgramRun('ffprobe', address, signal);
  run.boundOutput(MOST_PROBE_OUTPUT);
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const command = fluent(address);
      command.setFfprobePath(program);
      command.ffprobe([...GUARDS, ...SHORT_SIGHT], (error: unknown, answer: unknown) => {
        if (error === null || error === undefined) resolve(answer);
        else reject(run.failureOf(error));
      });
    });
  } finally {
    await run.end();
  }
}

/**
 * Runs ffmpeg over the content at `address` and writes what it makes to `output`, at the pace at which that takes it.
 *
 * Rejects as `runFfprobe` does. `output` is ended when ffmpeg has written all, and left to the caller otherwise.
 */
export async function runFfmpeg(
  program: string,
  address: string,
  conversion: Conversion,
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  const run = new ProgramRun('ffmpeg', address, signal);
  try {
    await new Promise<void>((resolve, reject) => {
      const command = fluent({ source: address, stdoutLines: KEPT_ERROR_LINES });
      command.setFfmpegPath(program);
      command.inputOptions(...pair(['-nostdin', ...GUARDS, ...conversion.input]));
      command.outputOptions(...pair(conversion.output));
      command.once('error', (error: Error, _stdout: unknown, stderr: unknown) => {
        reject(run.failureOf(error, typeof stderr === 'string' ? stderr : ''));
      });
      command.once('end', () => resolve());
      command.pipe(withoutClose(output));
    });
  } finally {
    await run.end();
  }
}

/**
 * fluent-ffmpeg takes an output that closes for a failure, also when ffmpeg has written all and is only slow to end. What
 * it is given here never closes.
 */
function withoutClose(output: Writable): Writable {
  const pipe = new PassThrough({ emitClose: false });
  pipe.pipe(output);
  return pipe;
}

/** fluent-ffmpeg splits a single option at its space, and only a single one. */
function pair(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...others] = options;
  if (first === undefined || second === undefined) {
    throw new BridgeError('internal', 'a conversion needs two options or more');
  }
  return [first, second, ...others];
}

/** The process of one run: found by the address among its arguments, which no other has. */
class ProgramRun {
  readonly #name: string;
  readonly #address: string;
  readonly #signal: AbortSignal;
  readonly #stopWatch: () => void;
  readonly #onAbort = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | null = null;
  #mostOutput = Infinity;
  #printsTooMuch = false;

  constructor(name: string, address: string, signal: AbortSignal) {
    this.#name = name;
    this.#address = address;
    this.#signal = signal;
    this.#stopWatch = watchForChild(address, (child) => this.#started(child));
    signal.addEventListener('abort', this.#onAbort);
  }

  /** Kills the process when it prints more than `bytes`. */
  boundOutput(bytes: number): void {
    this.#mostOutput = bytes;
  }

  #started(child: ChildProcess): void {
    this.#child = child;
    if (this.#signal.aborted) this.#onAbort();
    if (this.#mostOutput === Infinity) return;
    let printed = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.length;
      if (printed <= this.#mostOutput) return;
      this.#printsTooMuch = true;
      child.kill('SIGKILL');
    });
  }

  failureOf(error: unknown, stderr = ''): BridgeError {
    if (this.#signal.aborted) {
      return new BridgeError('cancelled', 'nobody waits for it any more', { cause: this.#signal.reason });
    }
    const text = error instanceof Error ? error.message : String(error);
    if (/\bENOENT\b|\bEACCES\b|^Cannot find ff/.test(text)) {
      return new BridgeError('media-program-missing', `${this.#name} is not installed`, { cause: error });
    }
    if (!this.#printsTooMuch && LACK_OF_MEANS.test(text)) {
      return new BridgeError('media-busy', `the machine had no room for ${this.#name}`, { cause: error });
    }
    const reason = this.#lastWords(stderr === '' ? text : stderr);
    return new BridgeError('media-unreadable', `the file cannot be read as media: ${reason}`);
  }

  /** The last line that the program wrote, which says what stopped it. */
  #lastWords(text: string): string {
    const lines = text.replaceAll(this.#address, 'the file').split(/[\r\n]+/);
    const line = lines.findLast((candidate) => candidate.trim() !== '') ?? 'no reason was given';
    return line
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 300);
  }

  /** Waits until the process is gone. */
  async end(): Promise<void> {
    this.#stopWatch();
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
