import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';

export interface CrawlIntervals {
  /** Each folder is read again after this long, ms. */
  readonly roundMs: number;
  /** The same for a folder whose entries changed within the last day, ms. */
  readonly activeMs: number;
}

export interface LookOutcome {
  readonly takenAt: number;
  readonly complete: boolean;
  readonly atCap: boolean;
  readonly changed: boolean;
  readonly confirmAt: number | null;
}

export interface ScheduleCounts {
  readonly known: number;
  readonly listed: number;
  readonly atCap: number;
  readonly pending: number;
  readonly files: number;
  readonly missing: number;
}

const DAY_MS = 86_400_000;
const FIRST_RETRY_MS = 60_000;

/**
 * When each folder is to be read next. All of it is on disk, so a crawl goes on where the process ended. New
 * folders are due at the moment they are found, which makes the order breadth-first, oldest first.
 */
export class CrawlSchedule {
  readonly #intervals: CrawlIntervals;
  readonly #next: Query<{ folder_id: number; due_at: number }>;
  readonly #looked: Query<{ looked_at: number | null }>;
  readonly #succeed: Query;
  readonly #fail: Query;
  readonly #counts: Query<ScheduleCounts>;
  readonly #mark: Query;
  readonly #marked: Query<{ value: number | null }>;

  constructor(database: Database, intervals: CrawlIntervals) {
    this.#intervals = intervals;
    this.#next = new Query(
      database,
      'SELECT folder_id, due_at FROM listing ORDER BY due_at, folder_id LIMIT 1',
    );
    this.#looked = new Query(database, 'SELECT looked_at FROM listing WHERE folder_id = ?');
    this.#succeed = new Query(
      database,
      `UPDATE listing SET looked_at = ?1, listed_at = iif(?2, ?1, listed_at), at_cap = ?3,
         changed_at = iif(?4, ?1, changed_at), failures = 0, error = NULL,
         due_at = coalesce(?5, ?1 + iif(?4 OR changed_at > ?1 - ${DAY_MS}, ?6, ?7))
       WHERE folder_id = ?8`,
    );
    this.#fail = new Query(
      database,
      `UPDATE listing SET failures = failures + 1, error = ?1,
         due_at = ?2 + min(?3, ${FIRST_RETRY_MS} * (1 << min(failures, 10))) WHERE folder_id = ?4`,
    );
    this.#counts = new Query(
      database,
      `SELECT count(*) AS known, count(looked_at) AS listed, total(at_cap) AS atCap,
         total(due_at <= ?) AS pending, (SELECT files FROM tally) AS files,
         (SELECT count(*) FROM entry WHERE gone_after IS NOT NULL) AS missing FROM listing`,
    );
    this.#mark = new Query(database, 'INSERT OR REPLACE INTO catalogue_state (name, value) VALUES (?, ?)');
    this.#marked = new Query(database, 'SELECT value FROM catalogue_state WHERE name = ?');
  }

  /** The folder to read next and when, ms since the epoch. */
  next(): { readonly folderId: number; readonly dueAt: number } | null {
    const row = this.#next.get();
    return row === undefined ? null : { folderId: row.folder_id, dueAt: row.due_at };
  }

  lookedAt(folderId: number): number | null {
    return this.#looked.get(folderId)?.looked_at ?? null;
  }

  recordSuccess(folderId: number, outcome: LookOutcome): void {
    this.#succeed.run(
      ...[outcome.takenAt, Number(outcome.complete), Number(outcome.atCap), Number(outcome.changed)],
      ...[outcome.confirmAt, this.#intervals.activeMs, this.#intervals.roundMs, folderId],
    );
  }

  /** The folder alone failed: it is tried again after a minute, then two, four …, at most a round. */
  recordFailure(folderId: number, message: string, now: number): void {
    this.#fail.run(message, now, this.#intervals.roundMs, folderId);
  }

  counts(now: number): ScheduleCounts {
    return this.#counts.get(now) ?? { known: 0, listed: 0, atCap: 0, pending: 0, files: 0, missing: 0 };
  }

  roundStartedAt(): number | null {
    return this.#marked.get('round_started')?.value ?? null;
  }

  roundFinishedAt(): number | null {
    return this.#marked.get('round_finished')?.value ?? null;
  }

  /** Says that something is due; a round that was under way when the process ended goes on. */
  beginRound(now: number): void {
    const started = this.roundStartedAt();
    const finished = this.roundFinishedAt();
    if (started === null || (finished !== null && finished >= started)) this.#mark.run('round_started', now);
  }

  endRound(now: number): void {
    const finished = this.roundFinishedAt();
    const started = this.roundStartedAt();
    if (started !== null && (finished === null || finished < started)) this.#mark.run('round_finished', now);
  }
}
