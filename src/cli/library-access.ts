import type { RemoteUpload, RemoteUploadStatus } from '../fichier/api.ts';
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
  /** Whirlpool, 128 lower-case hex digits; null for a folder, and where 1fichier told none. */
  readonly checksum: string | null;
  /** When the listing of a folder was last read in full, ms since the epoch; null for a file, and where it never was. */
  readonly listedAt: number | null;
}

/** A file on its way into the library. */
export interface OutgoingFile {
  /** Bytes, exactly what `chunks` gives; at least one. */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether it may take the place of a file of its name. */
  readonly replace: boolean;
}

export interface RefreshProgress {
  /** Folders read since the refresh began. */
  readonly foldersRead: number;
  readonly foldersKnown: number;
}

/**
 * The library as commands use it: through the bridge that runs, or opened by the command itself. Paths are '/' and
 * decoded names; a folder that was never read is read on the way. What fails, fails with a BridgeError as the API does.
 */
export interface LibraryAccess {
  /** Folders first, in natural order. Fails with BridgeError `folder-not-found`. */
  list(path: string): AsyncIterable<ListedEntry>;
  /** The direct link of a file: a secret that works for some minutes. Fails with `file-not-found` or as the API does. */
  directLink(path: string): Promise<string>;
  /** Reads a folder again, and all below it when `recursive`; waits until 1fichier allows it. */
  refresh(path: string, recursive: boolean): Promise<void>;
  /** Null: there is none. */
  entryAt(path: string): Promise<ListedEntry | null>;
  /** Fails with `name-taken`, or with `folder-not-found` for its parent. */
  makeFolder(path: string): Promise<void>;
  /** Moves and renames. Fails with `name-taken`: nothing is ever overwritten. */
  move(from: string, to: string): Promise<void>;
  /** A folder goes with all that is in it. */
  remove(path: string): Promise<void>;
  /** Resolves with the file when 1fichier has confirmed it; until then nothing shows. */
  upload(path: string, file: OutgoingFile, signal?: AbortSignal): Promise<ListedEntry>;
  /** Lets 1fichier fetch addresses into a folder; resolves with the number of the request. */
  requestRemoteUpload(urls: readonly string[], folder: string): Promise<number>;
  remoteUploads(): Promise<readonly RemoteUpload[]>;
  remoteUploadStatus(id: number): Promise<RemoteUploadStatus>;
  /** How far the refresh under way is. */
  progress(): Promise<RefreshProgress>;
  /** Brings the directories of .strm files in line with the library. Fails with `config-invalid` when none is set. */
  syncStrm(order: StrmOrder, watcher: StrmWatcher): Promise<readonly RunRecord[]>;
  close(): Promise<void>;
}
