import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileEntry } from '../library/entry.ts';
import type { Library, LibraryWriter } from '../library/library.ts';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Addresses } from './address.ts';
import type { DeadProperties } from './dead-properties.ts';
import type { WebDavLimits } from './limits.ts';
import type { Quota } from './live-properties.ts';
import type { LocalFiles } from './local-files.ts';
import type { LockTable } from './locks.ts';
import type { Preconditions } from './preconditions.ts';
import type { Place, ResourceTree } from './resource.ts';
import type { Spool } from './spool.ts';
import type { WritesUnderWay } from './writes-under-way.ts';

/** Answers GET and HEAD of a file with ranges and conditions (RFC 9110). */
export type ServeFile = (request: FastifyRequest, reply: FastifyReply, file: FileEntry) => Promise<unknown>;

/** What the methods work with. */
export interface DavContext {
  readonly library: Library;
  /** Null: the sender of the request may only read. */
  readonly writer: LibraryWriter | null;
  readonly serveFile: ServeFile;
  readonly clock: Clock;
  readonly quota: () => Promise<Quota | null>;
  readonly limits: WebDavLimits;
  readonly tree: ResourceTree;
  readonly localFiles: LocalFiles;
  readonly deadProperties: DeadProperties;
  readonly locks: LockTable;
  readonly addresses: Addresses;
  readonly preconditions: Preconditions;
  readonly spool: Spool;
  readonly writesUnderWay: WritesUnderWay;
}

/** One request and where it points. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly place: Place;
}

/** A method of WebDAV. It sends the answer, or rejects with a BridgeError. */
export type Method = (context: DavContext, exchange: Exchange) => Promise<void>;

/** @throws BridgeError `read-only` */
export function requireWriter(context: DavContext): LibraryWriter {
  if (context.writer === null) throw new BridgeError('read-only', 'the library is served read-only');
  return context.writer;
}
