import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { asBridgeError } from '../errors.ts';
import type { Library } from '../library/library.ts';
import type { RunRecord } from './run-history.ts';
import type { StrmService } from './service.ts';

export interface WatchParts {
  readonly service: Pick<StrmService, 'sync'>;
  readonly library: Pick<Library, 'onChange' | 'crawlStatus'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Changes come in flocks: a run begins when none came for this long (ms) … */
const QUIET_MS = 5_000;
/** … or when the first has waited this long (ms), as in a first crawl, which brings some every second. */
const LONGEST_WAIT_MS = 60_000;
/** How often the end of a crawl is looked for: it confirms what is gone (ms). */
const LOOK_EVERY_MS = 60_000;
/** What failed is tried again after this long (ms), even if nothing changes. */
const RETRY_AFTER_MS = 10 * 60_000;

/** Runs whenever the library has changed, and at the start. */
export class StrmWatch {
  readonly #parts: WatchParts;
  readonly #unsubscribe: () => void;
  #callOffRun: () => void = () => undefined;
  #callOffLook: () => void = () => undefined;
  /** When the first change came that no run has begun for; null: there is none. */
  #changedAt: number | null = null;
  #isRunning = false;
  #isStopped = false;
  #roundSeen: number | null = null;
  #retryAt: number | null = null;
  #lastTrouble = '';

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.library.onChange(() => this.note());
    this.#roundSeen = parts.library.crawlStatus().finishedAt;
    this.#look();
    this.note();
  }

  /** Takes no more changes; a run under way is ended by its service. */
  stop(): void {
    this.#isStopped = true;
    this.#unsubscribe();
    this.#callOffRun();
    this.#callOffLook();
  }

  /** Something may have to be written. */
  note(): void {
    const { clock } = this.#parts;
    if (this.#isStopped) return;
    const now = clock.monotonic();
    this.#changedAt ??= now;
    if (this.#isRunning) return;
    this.#callOffRun();
    const left = Math.max(this.#changedAt + LONGEST_WAIT_MS - now, 0);
    this.#callOffRun = clock.after(Math.min(QUIET_MS, left), () => void this.#run());
  }

  async #run(): Promise<void> {
    this.#changedAt = null;
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
    if (this.#hasChanges()) this.note();
  }

  #hasChanges(): boolean {
    return this.#changedAt !== null;
  }

  #look(): void {
    const { library, clock } = this.#parts;
    const { finishedAt } = library.crawlStatus();
    const isOver = finishedAt !== this.#roundSeen;
    const isRetry = this.#retryAt !== null && clock.monotonic() >= this.#retryAt;
    if (isRetry) this.#retryAt = null;
    this.#roundSeen = finishedAt;
    if (isOver || isRetry) this.note();
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
