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

/** Bytes fetched ahead of their readers, over all flows; each flow has an account. */
export class ReadAheadBudget {
  readonly #total: number;
  readonly #accounts = new Set<ReadAheadAccount>();
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

  /** What each flow can count on (bytes). */
  get share(): number {
    return this.#total / Math.max(this.#accounts.size, 1);
  }

  /** @param wake called when bytes have come free that the flow waits for. */
  open(wake: () => void): ReadAheadAccount {
    const account = new ReadAheadAccount(this, wake);
    this.#accounts.add(account);
    return account;
  }

  /** For accounts: forgets one that holds nothing any more. */
  close(account: ReadAheadAccount, wake: () => void): void {
    this.#accounts.delete(account);
    this.#waiting.delete(wake);
    this.#wakeAll();
  }

  /** For accounts: bytes taken or, below zero, given back. */
  changeBy(bytes: number): void {
    this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used);
    if (bytes < 0) this.#wakeAll();
  }

  /** For accounts: calls `wake` once when bytes come free. */
  onRelease(wake: () => void): void {
    this.#waiting.add(wake);
  }

  /** For accounts: bytes that `account` may take: up to its share, and what the others leave of theirs. */
  roomFor(account: ReadAheadAccount): number {
    const free = Math.max(this.#total - this.#used, 0);
    const { share } = this;
    let promised = 0;
    for (const other of this.#accounts) {
      if (other !== account) promised += Math.max(Math.min(share, other.wanted) - other.held, 0);
    }
    return Math.max(Math.min(free, Math.max(share - account.held, free - promised)), 0);
  }

  #wakeAll(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }
}

/** What one flow holds of the budget for reading ahead. All in bytes. */
export class ReadAheadAccount {
  readonly #budget: ReadAheadBudget;
  readonly #wake: () => void;
  #held = 0;
  #wanted = 0;

  constructor(budget: ReadAheadBudget, wake: () => void) {
    this.#budget = budget;
    this.#wake = wake;
  }

  get held(): number {
    return this.#held;
  }

  /** How much it would hold if it could. */
  get wanted(): number {
    return this.#wanted;
  }

  get share(): number {
    return this.#budget.share;
  }

  /** What it may take now; whoever takes more for want of the next byte overdraws the budget. */
  room(wanted: number): number {
    this.#wanted = wanted;
    return this.#budget.roomFor(this);
  }

  take(bytes: number): void {
    this.#held += bytes;
    this.#budget.changeBy(bytes);
  }

  release(bytes: number): void {
    this.#held -= bytes;
    this.#budget.changeBy(-bytes);
  }

  /** Wakes the flow, once, when bytes have come free anywhere. */
  awaitRoom(): void {
    this.#budget.onRelease(this.#wake);
  }

  close(): void {
    this.release(this.#held);
    this.#budget.close(this, this.#wake);
  }
}
