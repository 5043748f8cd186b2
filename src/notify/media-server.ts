import type { PathChange } from './notifier.ts';

/** One server that is to know what changed. Paths are as that server sees them. */
export interface MediaServer {
  /** As people know it: `Jellyfin`. */
  readonly name: string;
  /** Rejects with BridgeError: `server-unreachable` when another try may help, `server-refused` when not. */
  tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void>;
  /** Finds out whether it is there and takes the key; rejects as `tell` does. */
  greet(signal: AbortSignal): Promise<Greeting>;
}

export interface Greeting {
  /** Product, version and name, as far as it says them. */
  readonly description: string;
  /** The folders of its libraries; null: it does not tell. */
  readonly folders: readonly string[] | null;
}
