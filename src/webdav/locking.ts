import { BridgeError } from '../errors.ts';
import { DavError, lockCondition } from './dav-error.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { activeLocks } from './live-properties.ts';
import type { Lock, LockRequest } from './locks.ts';
import { XML_CONTENT_TYPE } from './multistatus.ts';
import { lastName, type DavPath } from './path.ts';
import { readBody } from './request-body.ts';
import { parseXml } from './request-xml.ts';
import { requireParent } from './resource.ts';
import { DAV, davChild, serialiseContent, type XmlElement } from './xml.ts';

/** RFC 4918 section 9.10: a new lock, or with an empty body, a longer life for one. */
export async function lock(context: DavContext, exchange: Exchange): Promise<void> {
  requireWriter(context);
  const { request, place } = exchange;
  const body = await readBody(request.raw, context.clock, context.limits.xml);
  const submitted = context.preconditions.judge(request, place);
  const timeoutMs = readTimeout(request.headers.timeout, context.limits.lockTimeoutMs);
  if (body.length === 0) {
    const held = context.locks.covering(place.path).filter(({ token }) => submitted.has(token));
    const [first] = held;
    if (first === undefined) {
      throw new BridgeError('precondition-failed', 'the If header names no lock of this resource to refresh');
    }
    await sendLock(context, exchange, context.locks.refresh(first, timeoutMs), 200);
    return;
  }
  const info = readLockInfo(parseXml(body, context.limits.xml));
  const deep = readDeep(request.headers.depth);
  await grant(context, exchange, { ...info, path: place.path, deep, timeoutMs }, submitted);
}

/** RFC 4918 section 9.11. */
export async function unlock(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  requireWriter(context);
  const token = /^\s*<([^<>\s]+)>\s*$/.exec(String(request.headers['lock-token'] ?? ''))?.[1];
  if (token === undefined) throw new BridgeError('bad-request', 'there is no Lock-Token');
  if (!context.locks.covering(place.path).some((held) => held.token === token)) {
    throw new DavError(
      'conflict',
      'the lock is not one of this resource',
      '<D:lock-token-matches-request-uri/>',
    );
  }
  context.locks.release(token);
  await reply.code(204).send();
}

async function grant(
  context: DavContext,
  exchange: Exchange,
  request: LockRequest,
  submitted: ReadonlySet<string>,
): Promise<void> {
  const { place } = exchange;
  requireNoConflict(context, request);
  const isNew = place.resource === null;
  const parent = isNew ? requireParent(place) : null;
  if (parent !== null) {
    context.preconditions.requireMembershipUnlocked(place.path, submitted);
    requireWriter(context).requireRoom(parent.id, place.name);
  }
  const granted = context.locks.grant(request);
  if (granted === null) {
    throw new BridgeError('too-many-locks', 'as many locks are held as the bridge allows');
  }
  // RFC 4918 section 7.3: locking what is not there makes an empty file.
  if (parent !== null) context.localFiles.write(parent.id, lastName(place.path), new Uint8Array());
  exchange.reply.header('lock-token', `<${granted.token}>`);
  await sendLock(context, exchange, granted, isNew ? 201 : 200);
}

function requireNoConflict(context: DavContext, request: LockRequest): void {
  const conflicting = context.locks.conflicting(request);
  if (conflicting.length === 0) return;
  const hrefs = conflicting.map(({ path }: { path: DavPath }) => context.addresses.href(path, false));
  throw new DavError('locked', 'another lock is in the way', lockCondition('no-conflicting-lock', hrefs));
}

async function sendLock(context: DavContext, { reply }: Exchange, held: Lock, status: number): Promise<void> {
  await reply
    .code(status)
    .header('content-type', XML_CONTENT_TYPE)
    .send(
      '<?xml version="1.0" encoding="utf-8"?>\n' +
        `<D:prop xmlns:D="DAV:"><D:lockdiscovery>${activeLocks([held], context)}</D:lockdiscovery></D:prop>`,
    );
}

function readLockInfo(root: XmlElement): Pick<Lock, 'scope' | 'ownerXml'> {
  const scope = davChild(root, 'lockscope');
  const type = davChild(root, 'locktype');
  const exclusive = scope !== undefined && davChild(scope, 'exclusive') !== undefined;
  const shared = scope !== undefined && davChild(scope, 'shared') !== undefined;
  const isWrite = type !== undefined && davChild(type, 'write') !== undefined;
  if (root.namespace !== DAV || root.name !== 'lockinfo' || exclusive === shared || !isWrite) {
    throw new BridgeError('bad-request', 'the body asks for neither an exclusive nor a shared write lock');
  }
  const owner = davChild(root, 'owner');
  return {
    scope: exclusive ? 'exclusive' : 'shared',
    ownerXml: owner === undefined ? '' : serialiseContent(owner),
  };
}

function readDeep(header: string | string[] | undefined): boolean {
  if (header === undefined || String(header).toLowerCase() === 'infinity') return true;
  if (header === '0') return false;
  throw new BridgeError('bad-request', 'the Depth of a lock is neither 0 nor infinity');
}

/** The first wish that is understood, within what is allowed (RFC 4918 section 10.7). */
function readTimeout(header: string | string[] | undefined, longestMs: number): number {
  for (const wish of String(header ?? '').split(',')) {
    const seconds = /^\s*Second-(\d{1,10})\s*$/i.exec(wish)?.[1];
    if (seconds !== undefined) return Math.min(Math.max(1, Number(seconds)) * 1000, longestMs);
  }
  return longestMs;
}
