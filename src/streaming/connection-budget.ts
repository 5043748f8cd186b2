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

/** One who reads a file, and needs a connection for it now and then. */
export interface ConnectionUser {
  readonly fileId: string;
  readonly priority: Priority;
  /** How long the bytes at hand last (ms); 0: somebody waits for the next one. */
  leadMs(): number;
}

export interface ConnectionRequest {
  readonly user: ConnectionUser;
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
  /** Says that the holder has enough for now: whoever waits may have the connection at once. */
  rest(): void;
  /** Harmless when repeated. */
  release(): void;
}

interface Waiter extends ConnectionRequest {
  readonly grant: (lease: ConnectionLease) => void;
  /** When its reader runs out of bytes, or did (monotonic ms). */
  deadline: number;
}

interface Holder extends ConnectionRequest {
  /** Monotonic ms; null: in use. */
  idleSince: number | null;
}

/** A connection whose reader takes nothing for this long can be had by others. */
const IDLE_MS = 500;
/** What a holder may have, by bytes or by time, before others have their turn. */
export const TURN_BYTES = 2 * 1024 * 1024;
const TURN_MS = 500;
/** Whoever has bytes for longer than this (ms) has most likely paused, and competes with nobody. */
const PAUSED_LEAD_MS = 30_000;

/**
 * Shares the data connections, with a cap for each file: the more urgent first, then whoever runs out of bytes first,
 * or did. Since that moment stands still while time goes on, nobody waits for ever behind others no more urgent. A
 * waiter takes the connection of a less urgent holder, of one who has enough for now, or of one who does not use it.
 */
export class ConnectionBudget {
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  readonly #users = new Set<ConnectionUser>();
  readonly #holders = new Set<Holder>();
  readonly #heldByFile = new Map<string, number>();
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

  /** Counts `user` among those who share the connections, until it leaves. */
  join(user: ConnectionUser): void {
    this.#users.add(user);
  }

  leave(user: ConnectionUser): void {
    this.#users.delete(user);
  }

  /**
   * Whether there are more users than connections, of those as urgent as `user`: then each should ask for no more
   * than it needs next, so that the connection can be used again by others.
   */
  isShortFor(user: ConnectionUser): boolean {
    const rivals = [...this.#users].filter(
      (other) => !isMoreUrgent(user.priority, other.priority) && other.leadMs() < PAUSED_LEAD_MS,
    );
    return (
      rivals.length > this.#limits.total ||
      rivals.filter((other) => other.fileId === user.fileId).length > this.#limits.perFile
    );
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
      const waiter: Waiter = { ...request, grant, deadline: Infinity };
      if (signal.aborted) {
        giveUp();
        return;
      }
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    for (const waiter of this.#inOrder()) {
      if (!this.#hasRoom(waiter) && !this.#reclaimFor(waiter)) continue;
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.grant(this.#lease(waiter));
    }
    this.#callOffCheck?.();
    this.#callOffCheck = null;
    if (this.#waiters.length > 0) this.#callOffCheck = this.#clock.after(IDLE_MS, () => this.#serve());
  }

  #inOrder(): Waiter[] {
    const now = this.#clock.monotonic();
    for (const waiter of this.#waiters) {
      const leadMs = Math.min(waiter.user.leadMs(), PAUSED_LEAD_MS);
      waiter.deadline = Math.min(waiter.deadline, now + leadMs);
    }
    return this.#waiters.toSorted(
      (one, other) => compareUrgency(one.user, other.user) || one.deadline - other.deadline,
    );
  }

  #lease(request: ConnectionRequest): ConnectionLease {
    const holder: Holder = { ...request, idleSince: null };
    const since = this.#clock.monotonic();
    this.#holders.add(holder);
    this.#heldByFile.set(request.user.fileId, this.#heldOf(request.user.fileId) + 1);
    return {
      isTurnOver: (servedBytes) =>
        this.#waiters.length > 0 &&
        (servedBytes >= TURN_BYTES || this.#clock.monotonic() - since >= TURN_MS) &&
        this.#isWanted(holder),
      setIdle: (idle) => {
        holder.idleSince = idle ? this.#clock.monotonic() : null;
      },
      rest: () => {
        holder.idleSince = -Infinity;
        if (this.#waiters.length > 0) this.#serve();
      },
      release: () => {
        if (this.#remove(holder)) this.#serve();
      },
    };
  }

  #isWanted(holder: Holder): boolean {
    return this.#waiters.some(
      (waiter) => this.#blocks(holder, waiter) && !isMoreUrgent(holder.user.priority, waiter.user.priority),
    );
  }

  #hasRoom(waiter: Waiter): boolean {
    return this.#holders.size < this.#limits.total && !this.#isFileFull(waiter.user.fileId);
  }

  #isFileFull(fileId: string): boolean {
    return this.#heldOf(fileId) >= this.#limits.perFile;
  }

  #heldOf(fileId: string): number {
    return this.#heldByFile.get(fileId) ?? 0;
  }

  /** Gives false for one who holds nothing any more. */
  #remove(holder: Holder): boolean {
    if (!this.#holders.delete(holder)) return false;
    const { fileId } = holder.user;
    const left = this.#heldOf(fileId) - 1;
    if (left === 0) this.#heldByFile.delete(fileId);
    else this.#heldByFile.set(fileId, left);
    return true;
  }

  /** Whether the waiter could go on if the holder let go. */
  #blocks(holder: Holder, waiter: Waiter): boolean {
    const { fileId } = waiter.user;
    return holder.user.fileId === fileId || !this.#isFileFull(fileId);
  }

  /** Of those who can be had, takes the least urgent, and of them who can go without for the longest. */
  #reclaimFor(waiter: Waiter): boolean {
    const idleBefore = this.#clock.monotonic() - IDLE_MS;
    const claimable = [...this.#holders].filter(
      (holder) =>
        this.#blocks(holder, waiter) &&
        (isMoreUrgent(waiter.user.priority, holder.user.priority) ||
          (holder.idleSince !== null && holder.idleSince <= idleBefore)),
    );
    const [victim] = claimable
      .map((holder) => ({ holder, leadMs: Math.min(holder.user.leadMs(), PAUSED_LEAD_MS) }))
      .sort((a, b) => compareUrgency(b.holder.user, a.holder.user) || b.leadMs - a.leadMs);
    if (victim === undefined) return false;
    this.#remove(victim.holder);
    victim.holder.onReclaim();
    return true;
  }
}

function compareUrgency(one: ConnectionUser, other: ConnectionUser): number {
  if (isMoreUrgent(one.priority, other.priority)) return -1;
  return isMoreUrgent(other.priority, one.priority) ? 1 : 0;
}
