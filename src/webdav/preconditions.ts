import type { FastifyRequest } from 'fastify';
import { BridgeError } from '../errors.ts';
import type { Addresses } from './address.ts';
import { DavError, lockCondition } from './dav-error.ts';
import { holds, parseIfHeader, submittedTokens, type ResourceState } from './if-header.ts';
import type { Lock, LockTable } from './locks.ts';
import { parentPath, type DavPath } from './path.ts';
import { resourceTag, type Place, type ResourceTree } from './resource.ts';

/** What a client may do, judged by the headers of its request and the locks of all. */
export class Preconditions {
  readonly #tree: ResourceTree;
  readonly #locks: LockTable;
  readonly #addresses: Addresses;

  constructor(tree: ResourceTree, locks: LockTable, addresses: Addresses) {
    this.#tree = tree;
    this.#locks = locks;
    this.#addresses = addresses;
  }

  /**
   * Judges If, If-Match and If-None-Match; resolves with the lock tokens that the client has submitted.
   *
   * @throws BridgeError `precondition-failed`, or `bad-request` for a malformed header.
   */
  judge(request: FastifyRequest, place: Place): ReadonlySet<string> {
    judgeEntityTags(request, place);
    const header = request.headers.if;
    if (typeof header !== 'string') return new Set();
    const lists = parseIfHeader(header);
    if (!holds(lists, (resource) => this.#stateOf(resource, request, place))) {
      throw new BridgeError('precondition-failed', 'the If header does not hold');
    }
    return submittedTokens(lists);
  }

  /**
   * Refuses a change to `path` itself that a lock forbids whose token was not submitted.
   *
   * @throws DavError `locked`
   */
  requireUnlocked(path: DavPath, submitted: ReadonlySet<string>): void {
    refuseLocked(this.#locks.covering(path), submitted, this.#addresses);
  }

  /** As `requireUnlocked`, for a change that takes `path` out of its folder or puts it there. */
  requireMembershipUnlocked(path: DavPath, submitted: ReadonlySet<string>): void {
    this.requireUnlocked(path, submitted);
    const folder = parentPath(path);
    // RFC 4918 section 7.4: even a lock of depth 0 on a folder protects what members it has.
    if (folder !== null) this.requireUnlocked(folder, submitted);
  }

  /** As `requireMembershipUnlocked`, for a change that takes all below `path` along. */
  requireTreeUnlocked(path: DavPath, submitted: ReadonlySet<string>): void {
    this.requireMembershipUnlocked(path, submitted);
    refuseLocked(
      this.#locks.below(path).filter((lock) => !submitted.has(lock.token)),
      submitted,
      this.#addresses,
    );
  }

  #stateOf(reference: string | null, request: FastifyRequest, place: Place): ResourceState {
    const path = reference === null ? place.path : this.#addresses.ownPath(reference, request);
    if (path === null) return { lockTokens: new Set(), entityTag: null };
    const spoken = reference === null ? place : this.#tree.place(path);
    return {
      lockTokens: new Set(this.#locks.covering(spoken.path).map((lock) => lock.token)),
      entityTag: spoken.resource === null ? null : resourceTag(spoken.resource),
    };
  }
}

function refuseLocked(locks: readonly Lock[], submitted: ReadonlySet<string>, addresses: Addresses): void {
  // Of several shared locks the token of one is enough: its holder shares the right to write.
  if (locks.length === 0 || locks.some((lock) => submitted.has(lock.token))) return;
  throw new DavError(
    'locked',
    'a lock protects it whose token was not submitted',
    lockCondition(
      'lock-token-submitted',
      locks.map((lock) => addresses.href(lock.path, false)),
    ),
  );
}

/** RFC 9110 sections 13.1.1 and 13.1.2, for methods that change something. */
function judgeEntityTags(request: FastifyRequest, place: Place): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match !== undefined && !names(match, place)) {
    throw new BridgeError('precondition-failed', 'the resource is not the one that If-Match names');
  }
  if (noneMatch !== undefined && names(noneMatch, place)) {
    throw new BridgeError('precondition-failed', 'the resource is one that If-None-Match excludes');
  }
}

function names(header: string, place: Place): boolean {
  if (place.resource === null) return false;
  if (header.trim() === '*') return true;
  const tag = resourceTag(place.resource);
  return tag !== null && header.split(',').some((named) => named.trim() === tag);
}
