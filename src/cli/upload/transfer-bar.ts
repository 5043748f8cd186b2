import { SingleBar, Presets } from 'cli-progress';
import type { Clock } from '../../clock.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { printable } from '../printable.ts';
import { nameOf } from '../remote-path.ts';
import type { LocalFile } from './local-tree.ts';
import type { UploadProgress } from './uploader.ts';

/** The rate shown is that of the last so many ms. */
const WINDOW_MS = 10_000;
const LONGEST_NAME = 40;

/** A bar over the bytes of all files, with rate and time left. */
export class TransferBar implements UploadProgress {
  readonly #bar = new SingleBar(
    {
      format: '{bar} {percentage}%  {done} of {all}  {rate}  {left}  {step} {name}',
      stream: process.stderr,
      fps: 5,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  readonly #clock: Clock;
  readonly #totalBytes: number;
  /** Bytes sent, and when, oldest first. */
  readonly #recent: { readonly at: number; readonly bytes: number }[] = [];
  #doneBytes = 0;
  #file = { step: '', name: '' };

  constructor(totalBytes: number, clock: Clock) {
    this.#totalBytes = totalBytes;
    this.#clock = clock;
    this.#bar.start(Math.max(totalBytes, 1), 0, this.#shown());
  }

  begin({ to }: LocalFile, step: 'checking' | 'sending'): void {
    const name = printable(nameOf(to));
    this.#file = { step, name: name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name };
    this.#show();
  }

  sent(bytes: number): void {
    this.#doneBytes += bytes;
    this.#recent.push({ at: this.#clock.monotonic(), bytes });
    this.#show();
  }

  unsent(bytes: number): void {
    this.spared(-bytes);
  }

  spared(bytes: number): void {
    this.#doneBytes += bytes;
    this.#show();
  }

  /** Whatever is written besides begins on a line of its own. */
  stop(): void {
    this.#bar.stop();
  }

  #show(): void {
    this.#bar.update(this.#doneBytes, this.#shown());
  }

  #shown(): Record<string, string> {
    const rate = this.#bytesPerSecond();
    const remaining = this.#totalBytes - this.#doneBytes;
    return {
      ...this.#file,
      done: formatBytes(this.#doneBytes),
      all: formatBytes(this.#totalBytes),
      rate: rate === 0 ? '' : `${formatBytes(Math.round(rate))}/s`,
      left: rate === 0 ? '' : `${formatDuration((remaining / rate) * 1000)} left`,
    };
  }

  #bytesPerSecond(): number {
    const now = this.#clock.monotonic();
    while (this.#recent[0] !== undefined && now - this.#recent[0].at > WINDOW_MS) this.#recent.shift();
    const [first] = this.#recent;
    if (first === undefined || now - first.at < 1000) return 0;
    const bytes = this.#recent.reduce((sum, sent) => sum + sent.bytes, -first.bytes);
    return (bytes / (now - first.at)) * 1000;
  }
}
