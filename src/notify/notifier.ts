/** A file or folder that changed, by its absolute path on this machine. */
export interface PathChange {
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
}

export interface FolderChanges {
  readonly paths: readonly PathChange[];
}

/** Tells media servers what changed, in batches and with patience; whoever has news only hands them over. */
export interface Notifier {
  changed(changes: FolderChanges): void;
  /** Tells at once what waits, one try for each server; rejects only by `signal`. Failures show in the status. */
  flush(signal?: AbortSignal): Promise<void>;
  /** Gives what waits a last try of a few seconds. */
  close(): Promise<void>;
}

/** How it stands between the bridge and one server. Times in ms since the epoch. */
export interface ServerStatus {
  /** As people know it: `Jellyfin`. */
  readonly server: string;
  readonly lastSuccessAt: number | null;
  /** What went wrong last, until something goes right. */
  readonly lastError: { readonly at: number; readonly message: string; readonly hint: string } | null;
  /** Paths that wait to be told. */
  readonly queued: number;
  /** When they will be told; null: nothing waits. */
  readonly nextTryAt: number | null;
}
