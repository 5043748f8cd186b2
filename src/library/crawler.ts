import type { CallOptions, FichierApi } from '../fichier/api.ts';
import { SharedCall } from '../fichier/shared-call.ts';
import { sleep } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { asBridgeError } from '../errors.ts';
import type { BridgeError, FailureKind } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import type { CrawlSchedule } from './crawl-schedule.ts';
import type { CrawlStatus, LibraryChange, RefreshRequest } from './library.ts';
import type { Mirror } from './mirror.ts';

export interface CrawlerParts {
  readonly api: Pick<FichierApi, 'listFolder'>;
  readonly catalogue: Catalogue;
  readonly mirror: Mirror;
  readonly schedule: CrawlSchedule;
  readonly clock: Clock;
  readonly onChange: (change: LibraryChange) => void;
  /** Age from which a folder that someone opens is read again, ms. */
  readonly staleAfterMs: number;
}

/** Failures that say something of one folder only; all others concern every call. */
const OF_ONE_FOLDER: ReadonlySet<FailureKind> = new Set([
  'folder-not-found',
  'malformed-answer',
  'upstream-refused',
]);
/** Folders opened by people that wait to be read; when more are opened, the oldest wait for the crawl. */
const MOST_OPENED = 16;
/** One folder may be read once in 30 s (API document section 4). */
const LONGEST_TURN_MS = 60_000;
const LONGEST_IDLE_MS = 15_000;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 600_000;
/** A refused key is not tried again soon: repeated refusals lead to a lock (API document section 1). */
const STOPPED_MS = 3_600_000;

/** Who wants a look, and how much. */
type LookRequest = Omit<RefreshRequest, 'recursive'>;

/** Reads folders in the background, one call at a time, and those that someone waits for in between. */
export class Crawler {
  readonly #parts: CrawlerParts;
  readonly #looks = new Map<number, SharedCall<void>>();
  readonly #opened = new Set<number>();
  readonly #ending = new AbortController();
  #readingOpened: Promise<void> = Promise.resolve();
  #isReadingOpened = false;
  #running: Promise<void> | null = null;
  #state: CrawlStatus['state'] = 'idle';
  #lastError: string | null = null;
  #failures = 0;

  constructor(parts: CrawlerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run(this.#ending.signal);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled([
      this.#running,
      this.#readingOpened,
      ...[...this.#looks.values()].map((look) => look.settled()),
    ]);
    this.#state = 'stopped';
  }

  noteOpened(folderId: number): void {
    const { schedule, clock, staleAfterMs } = this.#parts;
    const lookedAt = schedule.lookedAt(folderId);
    if (this.#ending.signal.aborted || this.#looks.has(folderId)) return;
    if (lookedAt !== null && clock.now() - lookedAt < staleAfterMs) return;
    this.#opened.delete(folderId);
    this.#opened.add(folderId);
    for (const oldest of this.#opened) {
      if (this.#opened.size <= MOST_OPENED) break;
      this.#opened.delete(oldest);
    }
    if (!this.#isReadingOpened) this.#readingOpened = this.#readOpened();
  }

  async refresh(folderId: number, request: RefreshRequest): Promise<void> {
    await this.#lookInTurn(folderId, request);
    if (!request.recursive) return;
    const below = this.#foldersIn(folderId);
    for (let next = below.shift(); next !== undefined; next = below.shift()) {
      try {
        await this.#lookInTurn(next, request);
      } catch (error) {
        if (!OF_ONE_FOLDER.has(asBridgeError(error).kind)) throw error;
      }
      below.push(...this.#foldersIn(next));
    }
  }

  status(): CrawlStatus {
    const { schedule, clock } = this.#parts;
    const counts = schedule.counts(clock.now());
    return {
      state: this.#state,
      foldersKnown: counts.known,
      foldersListed: counts.listed,
      filesKnown: counts.files,
      foldersPending: counts.pending,
      startedAt: schedule.roundStartedAt(),
      finishedAt: schedule.roundFinishedAt(),
      lastError: this.#lastError,
      foldersAtCap: counts.atCap,
      entriesMissing: counts.missing,
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#step(signal);
      } catch (error) {
        await this.#waitAfter(asBridgeError(error), signal);
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { schedule, clock } = this.#parts;
    const now = clock.now();
    const next = schedule.next();
    if (next === null || next.dueAt > now) {
      schedule.endRound(now);
      this.#state = 'idle';
      await pause(clock, Math.min((next?.dueAt ?? Infinity) - now, LONGEST_IDLE_MS), signal);
      return;
    }
    schedule.beginRound(now);
    this.#state = 'crawling';
    await this.#lookFor(next.folderId, { priority: 'crawl', signal }).catch((error: unknown) => {
      if (!OF_ONE_FOLDER.has(asBridgeError(error).kind)) throw error;
    });
    this.#failures = 0;
  }

  /** A lock is waited for to its end; other failures ever longer; what only a person can mend, an hour. */
  async #waitAfter(error: BridgeError, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock } = this.#parts;
    this.#lastError = error.message;
    const backoff = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures += 1;
    const untilRetry = error.retryAt === undefined ? backoff : error.retryAt - clock.now();
    this.#state = error.retryable ? 'waiting' : 'stopped';
    await pause(clock, error.retryable ? Math.max(untilRetry, 1000) : STOPPED_MS, signal);
  }

  async #readOpened(): Promise<void> {
    this.#isReadingOpened = true;
    for (let next = newest(this.#opened); next !== undefined; next = newest(this.#opened)) {
      this.#opened.delete(next);
      // Recorded in the schedule; nobody waits for this look.
      await this.#lookFor(next, { priority: 'browse' }).catch(() => undefined);
    }
    this.#isReadingOpened = false;
  }

  /** A look for someone who asked for it: where 1fichier was asked a moment ago, once it stands the next. */
  async #lookInTurn(folderId: number, request: LookRequest): Promise<void> {
    const { clock } = this.#parts;
    try {
      await this.#lookFor(folderId, request);
    } catch (thrown) {
      const { kind, retryAt = Infinity } = asBridgeError(thrown);
      const waitMs = retryAt - clock.now();
      if (kind !== 'rate-limited' || waitMs > LONGEST_TURN_MS) throw thrown;
      await sleep(clock, Math.max(waitMs, 0), this.#orEnding(request.signal));
      await this.#lookFor(folderId, request);
    }
  }

  /** A look for someone who waits, who joins one that is under way. */
  async #lookFor(folderId: number, { priority, signal }: LookRequest): Promise<void> {
    const giveUp = this.#orEnding(signal);
    giveUp.throwIfAborted();
    let look = this.#looks.get(folderId);
    if (look === undefined) {
      look = new SharedCall(
        (options) => this.#listAndApply(folderId, { ...options, signal: this.#orEnding(options.signal) }),
        () => this.#looks.delete(folderId),
      );
      this.#looks.set(folderId, look);
    }
    await look.join({ priority, signal: giveUp });
  }

  #orEnding(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([this.#ending.signal, signal]);
  }

  async #listAndApply(folderId: number, options: CallOptions): Promise<void> {
    const { api, mirror, schedule, clock, onChange } = this.#parts;
    const takenAt = clock.now();
    try {
      const listing = await api.listFolder(folderId, options);
      const { changedFolders, confirmAt } = await mirror.applyInSlices(folderId, listing, takenAt);
      schedule.recordSuccess(folderId, {
        takenAt,
        complete: listing.complete,
        atCap: listing.flaw === 'at-cap',
        changed: changedFolders.length > 0,
        confirmAt,
      });
      this.#lastError = null;
      if (changedFolders.length > 0) onChange({ folderIds: changedFolders });
    } catch (thrown) {
      const error = asBridgeError(thrown);
      if (error.kind !== 'cancelled') this.#lastError = error.message;
      if (OF_ONE_FOLDER.has(error.kind)) schedule.recordFailure(folderId, error.message, clock.now());
      throw error;
    }
  }

  #foldersIn(folderId: number): number[] {
    const folders: number[] = [];
    for (const entry of this.#parts.catalogue.children(folderId)) {
      if (entry.kind === 'file') break;
      folders.push(entry.id);
    }
    return folders;
  }
}

function newest(opened: ReadonlySet<number>): number | undefined {
  return [...opened].at(-1);
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return sleep(clock, ms, signal).catch(() => undefined);
}
