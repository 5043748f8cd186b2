import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep, type Clock } from '../clock.ts';
import { asBridgeError, type BridgeError } from '../errors.ts';
import type { ApiBudget } from '../fichier/api.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import type { StreamStatus } from '../streaming/streams.ts';
import type { MediaCatalogue } from './media-catalogue.ts';
import type { MediaTable } from './media-table.ts';

export interface BackgroundScanParts {
  readonly library: Pick<Library, 'changesSince' | 'onChange'>;
  readonly media: Pick<MediaCatalogue, 'record' | 'probe'>;
  readonly table: Pick<MediaTable, 'scanCursor' | 'remove'>;
  readonly streams: { active(): readonly StreamStatus[] };
  readonly budget: () => ApiBudget;
  readonly clock: Clock;
  /** Told of what kept a file from being looked into; it is tried again in the next round. */
  readonly onFailure: (error: BridgeError, file: FileEntry) => void;
}

/** A look into a file costs one direct link at most: this share of the calls the API stands is left to that. */
const SHARE_OF_API_BUDGET = 0.1;
const LOOK_AGAIN_MS = 5_000;
/** Between rounds, unless the library changes (ms). */
const ROUND_MS = 60 * 60_000;
/** After a change, more of which mostly follow (ms). */
const SETTLE_MS = 10_000;
/** Failures in a row after which the fault is not in the files. */
const MOST_FAILURES = 3;
const ENTRIES_A_STEP = 200;

/**
 * Looks into every film and song that nobody has asked about, one at a time: only while nobody watches, nobody waits for
 * the API and the API is not locked. It goes on where it was after a restart.
 */
export class BackgroundScan {
  readonly #parts: BackgroundScanParts;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: BackgroundScanParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { library, clock } = this.#parts;
    let changed = new AbortController();
    const unsubscribe = library.onChange(() => changed.abort());
    try {
      for (;;) {
        changed = new AbortController();
        const isComplete = await this.#round(signal);
        // After a failure only time helps.
        await this.#pause(isComplete ? changed.signal : null, signal);
        await sleep(clock, SETTLE_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      unsubscribe();
    }
  }

  /** Looks into all that is new. False: something is left for the next round, which passes over what is known by then. */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { library, table, clock } = this.#parts;
    const changes = library.changesSince(table.scanCursor);
    for (const id of changes.removed) table.remove(id);
    let failed = 0;
    let failuresInRow = 0;
    for await (const file of this.#unknown(changes.changed)) {
      await this.#untilQuiet(signal);
      const isKnown = await this.#lookInto(file, signal);
      failuresInRow = isKnown ? 0 : failuresInRow + 1;
      failed += isKnown ? 0 : 1;
      if (failuresInRow >= MOST_FAILURES) return false;
      await sleep(clock, this.#pauseMs(), signal);
    }
    if (failed > 0) return false;
    table.scanCursor = changes.cursor;
    return true;
  }

  /** The films and songs that were not looked into yet, found in steps between which others get their turn. */
  async *#unknown(changed: Iterable<{ readonly entry: FileEntry }>): AsyncGenerator<FileEntry> {
    let passed = 0;
    for (const { entry } of changed) {
      if (isPlayed(entry) && this.#parts.media.record(entry) === null) yield entry;
      passed += 1;
      if (passed % ENTRIES_A_STEP === 0) await nextTurn();
    }
  }

  /** Whether it is known now what the file holds, if only that it is no media. */
  async #lookInto(file: FileEntry, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#parts.media.probe(file, { priority: 'prefetch', signal });
      return true;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asBridgeError(thrown);
      if (error.kind === 'media-unreadable') return true;
      this.#parts.onFailure(error, file);
      return false;
    }
  }

  async #untilQuiet(signal: AbortSignal): Promise<void> {
    while (!this.#isQuiet()) await sleep(this.#parts.clock, LOOK_AGAIN_MS, signal);
  }

  #isQuiet(): boolean {
    const { streams, budget } = this.#parts;
    if (streams.active().some(({ client }) => client !== null)) return false;
    const { lockedUntil, queued } = budget();
    return lockedUntil === null && queued.viewer + queued.browse + queued.crawl === 0;
  }

  #pauseMs(): number {
    return 1000 / (this.#parts.budget().callsPerSecond * SHARE_OF_API_BUDGET);
  }

  /** Resolves after a while, or when `early` aborts. */
  async #pause(early: AbortSignal | null, signal: AbortSignal): Promise<void> {
    const signals = early === null ? [signal] : [signal, early];
    try {
      await sleep(this.#parts.clock, ROUND_MS, AbortSignal.any(signals));
    } catch {
      signal.throwIfAborted();
    }
  }
}

function isPlayed({ name, contentType }: FileEntry): boolean {
  const kind = mediaKindOf(name, contentType);
  return kind === 'video' || kind === 'audio';
}
