import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { asBridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import type { Database } from '../store/database.ts';
import { Manifest } from './manifest.ts';
import type { Outcome } from './outcome.ts';
import type { RunProgress, RunReport } from './report.ts';
import { fingerprint, type StrmRoot } from './rules.ts';
import { RunHistory, type RunRecord } from './run-history.ts';
import { syncRoot, type SyncRequest } from './sync.ts';
import { WantedFiles, type WantedParts } from './wanted.ts';

export interface StrmParts extends Omit<WantedParts, 'library'> {
  readonly library: Library;
  readonly roots: readonly StrmRoot[];
  /** Opened with `strmSchema`. */
  readonly database: Database;
  /** The bytes of a file of the library. */
  readonly read: (file: FileEntry, signal: AbortSignal | undefined) => Promise<AsyncIterable<Uint8Array>>;
  readonly clock: Clock;
  /** Share of the files (0 to 1) of which more are not removed at once. */
  readonly mostRemoved: number;
  /** Told of what was done in a root, as it is done. */
  readonly onDone: (directory: string, outcomes: readonly Outcome[]) => void;
}

export interface StrmStatus {
  readonly directories: readonly string[];
  /** How far the run under way is; null: there is none. */
  readonly running: RunProgress | null;
  /** The latest first. */
  readonly runs: readonly RunRecord[];
}

/** Keeps every root like the library, one run at a time. */
export class StrmService {
  readonly #parts: StrmParts;
  readonly #history: RunHistory;
  readonly #ending = new AbortController();
  #running: RunProgress | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: StrmParts) {
    this.#parts = parts;
    this.#history = new RunHistory(parts.database);
  }

  /**
   * Runs over every root, after the runs that were asked for before. What one root meets does not keep the others
   * waiting; it is in the record of its run.
   *
   * @throws BridgeError `cancelled`
   */
  sync(request: SyncRequest): Promise<RunRecord[]> {
    const run = this.#last.then(() => this.#syncAll(request));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Ends the run under way at its next step, and takes no more. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#last;
  }

  status(): StrmStatus {
    return {
      directories: this.#parts.roots.map(({ directory }) => directory),
      running: this.#running,
      runs: this.#history.latest(),
    };
  }

  /** The last run over each root that had one. */
  lastRuns(): RunRecord[] {
    return this.#parts.roots.flatMap(({ directory }) => this.#history.lastOf(directory) ?? []);
  }

  async #syncAll(request: SyncRequest): Promise<RunRecord[]> {
    const records: RunRecord[] = [];
    for (const root of this.#parts.roots) records.push(await this.#syncOne(root, request));
    return records;
  }

  async #syncOne(root: StrmRoot, request: SyncRequest): Promise<RunRecord> {
    const { clock } = this.#parts;
    const startedAt = clock.now();
    try {
      const report = await this.#run(root, request);
      return this.#record(
        { directory: root.directory, startedAt, finishedAt: clock.now(), report, problem: null },
        request,
      );
    } catch (thrown) {
      const error = asBridgeError(thrown);
      if (error.kind === 'cancelled') throw error;
      const problem = { kind: error.kind, message: error.message, hint: error.hint };
      return this.#record(
        { directory: root.directory, startedAt, finishedAt: clock.now(), report: null, problem },
        request,
      );
    } finally {
      this.#running = null;
    }
  }

  #run(root: StrmRoot, request: SyncRequest): Promise<RunReport> {
    const { database, library, companions, mount, addressOf, descriptions, onDone } = this.#parts;
    // The address of any file tells of the public address, and of the token that signs it.
    const sample = addressOf(SAMPLE);
    const rules = fingerprint({
      rules: root.rules,
      companions,
      mount,
      sample,
      described: descriptions !== null,
    });
    return syncRoot(
      {
        ...this.#parts,
        root,
        rules,
        manifest: Manifest.of(database, root.directory, randomUUID()),
        wanted: new WantedFiles(root.rules, { ...this.#parts, library }),
      },
      {
        ...request,
        signal: AbortSignal.any([this.#ending.signal, ...(request.signal ? [request.signal] : [])]),
        onProgress: (progress) => {
          this.#running = progress;
          request.onProgress?.(progress);
        },
        onOutcomes: (outcomes) => {
          if (!request.dryRun) onDone(root.directory, outcomes);
          return request.onOutcomes?.(outcomes);
        },
      },
    );
  }

  #record(record: RunRecord, { dryRun }: SyncRequest): RunRecord {
    if (!dryRun) this.#history.add(record);
    return record;
  }
}

const SAMPLE = { id: 'sample', name: 'sample' };
