import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { isBelow, pathAndAncestors, type DavPath } from './path.ts';

/** A write lock (RFC 4918 section 6). It belongs to an address: when the resource moves away, it stays behind. */
export interface Lock {
  /** A `urn:uuid:` address. */
  readonly token: string;
  readonly path: DavPath;
  /** Whether it also locks all that is below. */
  readonly deep: boolean;
  readonly scope: 'exclusive' | 'shared';
  /** What the client said of its owner: XML that means the same anywhere; empty when it said nothing. */
  readonly ownerXml: string;
  readonly timeoutMs: number;
  /** On the monotonic clock. */
  readonly expiresAt: number;
}

export type LockRequest = Pick<Lock, 'path' | 'deep' | 'scope' | 'ownerXml' | 'timeoutMs'>;

/**
 * The locks of all clients, in memory: a restart drops them, which RFC 4918 section 6.6 allows, and a client
 * that comes back with the token of a dropped lock is told so by 412.
 */
export class LockTable {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #byToken = new Map<string, Lock>();
  readonly #byPath = new Map<DavPath, Lock[]>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Whether no lock was ever granted that could still hold; lets listings skip the look-up. */
  get isEmpty(): boolean {
    return this.#byToken.size === 0;
  }

  /** Locks that hold for `path`: its own, and deep ones above it. */
  covering(path: DavPath): Lock[] {
    const found: Lock[] = [];
    if (this.isEmpty) return found;
    for (const at of pathAndAncestors(path)) {
      for (const lock of this.#liveAt(at)) if (at === path || lock.deep) found.push(lock);
    }
    return found;
  }

  below(path: DavPath): Lock[] {
    this.#dropExpired();
    return [...this.#byToken.values()].filter((lock) => isBelow(lock.path, path));
  }

  /** Locks that forbid the lock asked for (RFC 4918 section 6.2). */
  conflicting(request: LockRequest): Lock[] {
    const met = [...this.covering(request.path), ...(request.deep ? this.below(request.path) : [])];
    return met.filter((lock) => lock.scope === 'exclusive' || request.scope === 'exclusive');
  }

  /** Null when as many locks as allowed are held. Conflicts are for the caller to find. */
  grant(request: LockRequest): Lock | null {
    this.#dropExpired();
    if (this.#byToken.size >= this.#most) return null;
    const lock = {
      ...request,
      token: `urn:uuid:${randomUUID()}`,
      expiresAt: this.#clock.monotonic() + request.timeoutMs,
    };
    this.#add(lock);
    return lock;
  }

  refresh(lock: Lock, timeoutMs: number): Lock {
    const refreshed = { ...lock, timeoutMs, expiresAt: this.#clock.monotonic() + timeoutMs };
    this.release(lock.token);
    this.#add(refreshed);
    return refreshed;
  }

  release(token: string): void {
    const lock = this.#byToken.get(token);
    if (lock === undefined) return;
    this.#byToken.delete(token);
    const others = (this.#byPath.get(lock.path) ?? []).filter((other) => other.token !== token);
    if (others.length === 0) this.#byPath.delete(lock.path);
    else this.#byPath.set(lock.path, others);
  }

  /** Drops the locks at and below a path whose resource is gone. */
  releaseTree(path: DavPath): void {
    for (const lock of [...(this.#byPath.get(path) ?? []), ...this.below(path)]) this.release(lock.token);
  }

  /** Milliseconds until the lock ends. */
  remainingMs(lock: Lock): number {
    return Math.max(0, lock.expiresAt - this.#clock.monotonic());
  }

  #add(lock: Lock): void {
    this.#byToken.set(lock.token, lock);
    this.#byPath.set(lock.path, [...(this.#byPath.get(lock.path) ?? []), lock]);
  }

  #liveAt(path: DavPath): readonly Lock[] {
    const locks = this.#byPath.get(path);
    if (locks === undefined) return [];
    for (const lock of locks) if (this.remainingMs(lock) === 0) this.release(lock.token);
    return this.#byPath.get(path) ?? [];
  }

  #dropExpired(): void {
    for (const lock of this.#byToken.values()) if (this.remainingMs(lock) === 0) this.release(lock.token);
  }
}
