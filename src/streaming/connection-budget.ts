import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { isMoreUrgent, type Priority } from '../fichier/api.ts';

/** 1fichier bears about 30 data connections an account (API document section 3, "Connections"). */
export interface ConnectionLimits {
  /** Most data connections at once. */
  readonly total: number;
  /** Most of them to one file. */
  readonly perFile: number;
}

export interface ConnectionRequest {
  readonly fileId: string;
  readonly priority: Priority;
  readonly signal: AbortSignal;
  /** Told at most once that somebody else has the connection now; the holder then closes it at once. */
  readonly onReclaim: () => void;
}

/** The right to one data connection. */
export interface ConnectionLease {
  /** Whether the holder has had its share while somebody no less urgent waits for what it holds. */
  isTurnOver(servedBytes: number): boolean;
  /** Says whether the holder uses the connection at the moment, or waits for its own reader. */
  setIdle(idle: boolean): void;
  /** Harmless when repeated. */
  release(): void;
}

interface Waiter {
  readonly request: ConnectionRequest;
  readonly grant: (lease: ConnectionLease) => void;
}

interface Holder {
  readonly request: ConnectionRequest;
  /** Monotonic ms; null: in use. */
  idleSince: number | null;
}

/** A connection whose reader takes nothing for this long can be had by others. */
const IDLE_MS = 500;
/** What a holder may have, by bytes or by time, before others have their turn. */
export const TURN_BYTES = 8 * 1024 * 1024;
const TURN_MS = 2_000;

/**
 * Shares the data connections: the more urgent first, then first come, first served, with a cap for each file. A
 * waiter takes the connection of a less urgent holder, or of one who does not use it.
 */
export class ConnectionBudget {
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  readonly #holders = new Set<Holder>();
  #waiters: Waiter[] = [];
  #callOffCheck: (() => void) | null = null;

  constructor(clock: Clock, limits: ConnectionLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get open(): number {
    return this.#holders.size;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Whether somebody waits, so that a new request should ask for no more than its turn. */
  get isContended(): boolean {
    return this.#waiters.length > 0;
  }

  /** @throws BridgeError `cancelled` when the signal aborts first. */
  acquire(request: ConnectionRequest): Promise<ConnectionLease> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new BridgeError('cancelled', 'the wait for a data connection was given up'));
      };
      const grant = (lease: ConnectionLease): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(lease);
      };
      const waiter: Waiter = { request, grant };
      if (signal.aborted) {
        giveUp();
        return;
      }
      signal.addEventListener('abort', giveUp, { once: true });
      const place = this.#waiters.findIndex((other) =>
        isMoreUrgent(request.priority, other.request.priority),
      );
      this.#waiters.splice(place === -1 ? this.#waiters.length : place, 0, waiter);
      this.#serve();
    });
  }

  #serve(): void {
    for (const waiter of [...this.#waiters]) {
      if (!this.#hasRoom(waiter) && !this.#reclaimFor(waiter)) continue;
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.grant(this.#lease(waiter.request));
    }
    this.#callOffCheck?.();
    this.#callOffCheck = null;
    if (this.#waiters.length > 0) this.#callOffCheck = this.#clock.after(IDLE_MS, () => this.#serve());
  }

  #lease(request: ConnectionRequest): ConnectionLease {
    const holder: Holder = { request, idleSince: null };
    const since = this.#clock.monotonic();
    this.#holders.add(holder);
    return {
      isTurnOver: (servedBytes) =>
        this.#waiters.length > 0 &&
        (servedBytes >= TURN_BYTES || this.#clock.monotonic() - since >= TURN_MS) &&
        this.#isWanted(holder),
      setIdle: (idle) => {
        holder.idleSince = idle ? this.#clock.monotonic() : null;
      },
      release: () => {
        if (this.#holders.delete(holder)) this.#serve();
      },
    };
  }

  #isWanted(holder: Holder): boolean {
    const { priority } = holder.request;
    return this.#waiters.some(
      (waiter) => this.#blocks(holder, waiter) && !isMoreUrgent(priority, waiter.request.priority),
    );
  }

  #hasRoom(waiter: Waiter): boolean {
    return this.#holders.size < this.#limits.total && !this.#isFileFull(waiter.request.fileId);
  }

  #isFileFull(fileId: string): boolean {
    let held = 0;
    for (const holder of this.#holders) if (holder.request.fileId === fileId) held += 1;
    return held >= this.#limits.perFile;
  }

  /** Whether the waiter could go on if the holder let go. */
  #blocks(holder: Holder, waiter: Waiter): boolean {
    const { fileId } = waiter.request;
    return holder.request.fileId === fileId || !this.#isFileFull(fileId);
  }

  #reclaimFor(waiter: Waiter): boolean {
    const idleBefore = this.#clock.monotonic() - IDLE_MS;
    const claimable = [...this.#holders].filter(
      (holder) =>
        this.#blocks(holder, waiter) &&
        (isMoreUrgent(waiter.request.priority, holder.request.priority) ||
          (holder.idleSince !== null && holder.idleSince <= idleBefore)),
    );
    const [victim] = claimable.sort((a, b) => compareUrgency(b, a));
    if (victim === undefined) return false;
    this.#holders.delete(victim);
    victim.request.onReclaim();
    return true;
  }
}

function compareUrgency(one: Holder, other: Holder): number {
  if (isMoreUrgent(one.request.priority, other.request.priority)) return -1;
  return isMoreUrgent(other.request.priority, one.request.priority) ? 1 : 0;
}
