import type { Outcome } from '../strm/outcome.ts';
import type { RunProgress } from '../strm/report.ts';
import type { RunRecord } from '../strm/run-history.ts';
import type { SyncRequest } from '../strm/sync.ts';

/** What a run over the directories of .strm files is asked for. */
export type StrmOrder = Pick<SyncRequest, 'dryRun' | 'full' | 'allowMassDelete'>;

/** Who is told of it while it goes on, and gives it up. */
export interface StrmWatcher {
  readonly signal: AbortSignal;
  onProgress(progress: RunProgress): void;
  onOutcomes(outcomes: readonly Outcome[]): void;
}

export interface ListedEntry {
  readonly kind: 'file' | 'folder';
  /** '/' and decoded names. */
  readonly path: string;
  readonly name: string;
  /** Bytes; null for a folder. */
  readonly size: number | null;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  readonly id: string;
}

export interface RefreshProgress {
  /** Folders read since the refresh began. */
  readonly foldersRead: number;
  readonly foldersKnown: number;
}

/** The library as commands use it: through the bridge that runs, or opened by the command itself. */
export interface LibraryAccess {
  /** Folders first, in natural order. Fails with BridgeError `folder-not-found`. */
  list(path: string): AsyncIterable<ListedEntry>;
  /** The direct link of a file: a secret that works for some minutes. Fails with `file-not-found` or as the API does. */
  directLink(path: string): Promise<string>;
  /** Reads a folder again, and all below it when `recursive`. */
  refresh(path: string, recursive: boolean): Promise<void>;
  /** How far the refresh under way is. */
  progress(): Promise<RefreshProgress>;
  /** Brings the directories of .strm files in line with the library. Fails with `config-invalid` when none is set. */
  syncStrm(order: StrmOrder, watcher: StrmWatcher): Promise<readonly RunRecord[]>;
  close(): Promise<void>;
}
