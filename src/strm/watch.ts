import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Debounce } from '../debounce.ts';
import { asBridgeError } from '../errors.ts';
import type { Library } from '../library/library.ts';
import type { RunRecord } from './run-history.ts';
import type { StrmService } from './service.ts';

export interface WatchParts {
  readonly service: Pick<StrmService, 'sync'>;
  readonly library: Pick<Library, 'onChange' | 'crawlStatus'>;
  /** Tells of each film that was looked into, which may mean a .nfo. */
  readonly media: { onNews(listener: () => void): () => void };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** A first crawl brings changes every second, and they should show while it goes on. */
const AFTER_CHANGES = { quietMs: 5_000, longestMs: 60_000 };
/** The background scan looks into a film every ten seconds for hours, and media servers are told of each run. */
const AFTER_NEWS = { quietMs: 30_000, longestMs: 5 * 60_000 };
/** How often the end of a crawl is looked for: it confirms what is gone (ms). */
const LOOK_EVERY_MS = 60_000;
/** What failed is tried again after this long (ms), even if nothing changes. */
const RETRY_AFTER_MS = 10 * 60_000;

/** Runs whenever the library has changed or more is known of its films, and at the start. */
export class StrmWatch {
  readonly #parts: WatchParts;
  readonly #afterChanges: Debounce;
  readonly #afterNews: Debounce;
  readonly #unsubscribe: readonly (() => void)[];
  #callOffLook: () => void = () => undefined;
  #isRunning = false;
  /** Whether a run became due while one was under way. */
  #isDueAgain = false;
  #isStopped = false;
  #roundSeen: number | null = null;
  #retryAt: number | null = null;
  #lastTrouble = '';

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { library, media, clock } = parts;
    this.#afterChanges = new Debounce(clock, AFTER_CHANGES, () => void this.#run());
    this.#afterNews = new Debounce(clock, AFTER_NEWS, () => void this.#run());
    this.#unsubscribe = [
      library.onChange(() => this.#afterChanges.note()),
      media.onNews(() => this.#afterNews.note()),
    ];
    this.#roundSeen = library.crawlStatus().finishedAt;
    this.#look();
    this.#afterChanges.note();
  }

  /** Takes no more changes; a run under way is ended by its service. */
  stop(): void {
    this.#isStopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#callOffRuns();
    this.#callOffLook();
  }

  #callOffRuns(): void {
    this.#afterChanges.cancel();
    this.#afterNews.cancel();
  }

  async #run(): Promise<void> {
    this.#isDueAgain = this.#isRunning;
    if (this.#isRunning) return;
    this.#callOffRuns();
    this.#isRunning = true;
    try {
      const records = await this.#parts.service.sync({ dryRun: false, full: false, allowMassDelete: false });
      const isDone = records.every(({ report }) => report !== null && report.failures === 0);
      this.#retryAt = isDone ? null : this.#parts.clock.monotonic() + RETRY_AFTER_MS;
      this.#say(records);
    } catch (error) {
      if (!this.#isStopped)
        this.#parts.logger.warn({ err: asBridgeError(error) }, 'no .strm files could be written');
    } finally {
      this.#isRunning = false;
    }
    if (this.#isDueAgain && !this.#isStopped) this.#afterChanges.note();
  }

  #look(): void {
    const { library, clock } = this.#parts;
    const { finishedAt } = library.crawlStatus();
    const isOver = finishedAt !== this.#roundSeen;
    const isRetry = this.#retryAt !== null && clock.monotonic() >= this.#retryAt;
    if (isRetry) this.#retryAt = null;
    this.#roundSeen = finishedAt;
    if (isOver || isRetry) this.#afterChanges.note();
    this.#callOffLook = clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #say(records: readonly RunRecord[]): void {
    const { logger } = this.#parts;
    for (const { directory, report } of records) {
      const changed = report === null ? 0 : Object.values(report.done).reduce((sum, count) => sum + count, 0);
      if (changed > 0) logger.info({ directory, ...report?.done }, 'wrote .strm files');
    }
    const trouble = records.flatMap(troubleIn);
    // The same trouble comes up in every run until somebody ends it; the log needs it once.
    const summary = JSON.stringify(trouble);
    if (summary !== this.#lastTrouble) for (const { about, message } of trouble) logger.warn(about, message);
    this.#lastTrouble = summary;
  }
}

function troubleIn({ directory, report, problem }: RunRecord): { about: object; message: string }[] {
  const trouble: { about: object; message: string }[] = [];
  if (problem !== null)
    trouble.push({ about: { directory, ...problem }, message: 'no .strm files could be written' });
  if (report === null) return trouble;
  const { heldBack, missingFolders, failures } = report;
  if (heldBack?.because === 'too-many') {
    const message =
      'so many .strm files would be removed that a person must allow it: strm sync --allow-mass-delete';
    trouble.push({ about: { directory, count: heldBack.count }, message });
  }
  if (missingFolders.length > 0) {
    trouble.push({
      about: { directory, missingFolders },
      message: 'folders that .strm rules name are not in the library',
    });
  }
  if (failures > 0)
    trouble.push({ about: { directory, failures }, message: 'some .strm files could not be written' });
  return trouble;
}
