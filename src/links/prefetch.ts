import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { asBridgeError, type BridgeError } from '../errors.ts';
import type { LinkSource } from './link.ts';

/** A file being played, as far as prefetching needs it. */
interface PlayedFile {
  /** 1fichier page address. */
  readonly url: string;
  /** Bytes. */
  readonly size: number;
}

export interface NextLinkPrefetchOptions<File extends PlayedFile> {
  readonly links: Pick<LinkSource, 'get'>;
  readonly clock: Clock;
  /** Page address of what is played after a file (the next episode); null: nothing. */
  readonly nextFile: (file: File) => string | null;
  /** The next link is minted once no more than this share (0 to 1) of the file is left … */
  readonly remainingShare: number;
  /** … or it is read to its end within this time at its present rate (ms). */
  readonly remainingMs: number;
  readonly onFailure: (error: BridgeError) => void;
}

/** A playback asks once; played again after this time, the file is another playback. */
const PLAYBACK_MS = 30 * 60_000;
const MOST_PLAYBACKS = 256;

/** Mints the link of the next episode, at the lowest priority, when the one being played nears its end. */
export class NextLinkPrefetch<File extends PlayedFile> {
  readonly #options: NextLinkPrefetchOptions<File>;
  readonly #asked: LRUCache<string, true>;

  constructor(options: NextLinkPrefetchOptions<File>) {
    this.#options = options;
    const { clock } = options;
    this.#asked = new LRUCache({
      max: MOST_PLAYBACKS,
      ttl: PLAYBACK_MS,
      perf: { now: () => clock.monotonic() },
    });
  }

  /** Told of a viewer's position (bytes from the start) and rate; cheap enough for every chunk. */
  progressed(file: File, position: number, bytesPerSecond: number): void {
    if (this.#asked.has(file.url) || !this.#isNearEnd(file, position, bytesPerSecond)) return;
    this.#asked.set(file.url, true);
    const next = this.#options.nextFile(file);
    if (next === null) return;
    this.#options.links
      .get(next, { priority: 'prefetch' })
      .catch((error: unknown) => this.#options.onFailure(asBridgeError(error)));
  }

  #isNearEnd(file: PlayedFile, position: number, bytesPerSecond: number): boolean {
    const remaining = file.size - position;
    return (
      remaining <= file.size * this.#options.remainingShare ||
      remaining * 1000 <= bytesPerSecond * this.#options.remainingMs
    );
  }
}
