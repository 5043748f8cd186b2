import type { Priority } from '../fichier/api.ts';

export interface ReadAheadSettings {
  /** Most bytes fetched and not yet read, over all flows together, beyond the block each reader waits for. */
  readonly budgetBytes: number;
  /** Widest window of one reader, bytes. */
  readonly largestWindow: number;
}

/** Most bytes ahead of a reader whom nobody waits for: a program that looks into a file stops at any moment. */
const BACKGROUND_WINDOW = 1024 * 1024;

/**
 * How far the fetch for one reader may run ahead of it: as far as the reader has come in sequence, from one block up
 * to a limit. It doubles while someone plays on, and one who jumps about pays for next to nothing.
 */
export function windowAfter(
  progress: number,
  blockSize: number,
  settings: ReadAheadSettings,
  priority: Priority,
): number {
  const largest =
    priority === 'viewer' ? settings.largestWindow : Math.min(settings.largestWindow, BACKGROUND_WINDOW);
  return Math.max(blockSize, Math.min(progress, largest));
}

/** Bytes fetched ahead of their readers, counted over all flows. */
export class ReadAheadBudget {
  readonly #total: number;
  readonly #waiting = new Set<() => void>();
  #used = 0;
  #peak = 0;

  constructor(totalBytes: number) {
    this.#total = totalBytes;
  }

  get used(): number {
    return this.#used;
  }

  get peak(): number {
    return this.#peak;
  }

  /** Whether `bytes` more would fit. */
  allows(bytes: number): boolean {
    return this.#used + bytes <= this.#total;
  }

  take(bytes: number): void {
    this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used);
  }

  release(bytes: number): void {
    this.#used -= bytes;
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Calls `wake` once when bytes come free. */
  onRelease(wake: () => void): void {
    this.#waiting.add(wake);
  }

  forget(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}
