import { httpDate } from '../http/http-date.ts';
import type { Addresses } from './address.ts';
import type { Lock, LockTable } from './locks.ts';
import type { DavPath } from './path.ts';
import { resourceTag, type Resource } from './resource.ts';
import { escapeXml } from '../xml/escape-xml.ts';

/** Storage of the account as RFC 4331 tells it, bytes. */
export interface Quota {
  readonly usedBytes: number;
  readonly availableBytes: number;
}

/** What live properties are computed from, beside the resource itself. */
export interface LiveContext {
  readonly locks: LockTable;
  readonly addresses: Addresses;
  readonly writable: boolean;
  /** Null: not known, or nobody asked for it. */
  readonly quota: Quota | null;
}

/** The XML inside the property's element; null: this resource has no such property. */
export type LiveProperty = (resource: Resource, path: DavPath, context: LiveContext) => string | null;

/** The root has no name of its own; Nautilus and others show this for the whole share. */
const ROOT_NAME = '1fichier';

const LOCK_ENTRY = (scope: string): string =>
  `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`;
const SUPPORTED_LOCKS = LOCK_ENTRY('exclusive') + LOCK_ENTRY('shared');

/** Properties of the namespace `DAV:` that `allprop` returns (RFC 4918 section 15). */
export const LIVE_PROPERTIES: ReadonlyMap<string, LiveProperty> = new Map<string, LiveProperty>([
  ['resourcetype', (resource) => (resource.kind === 'folder' ? '<D:collection/>' : '')],
  ['displayname', (resource) => (resource.name === '' ? ROOT_NAME : escapeXml(resource.name))],
  ['getcontentlength', (resource) => (resource.kind === 'folder' ? null : String(resource.size))],
  ['getcontenttype', (resource) => contentTypeOf(resource)],
  ['getetag', (resource) => resourceTag(resource)],
  ['getlastmodified', (resource) => httpDate(resource.modifiedAt)],
  ['creationdate', (resource) => new Date(createdAt(resource)).toISOString()],
  ['supportedlock', (_resource, _path, context) => (context.writable ? SUPPORTED_LOCKS : '')],
  ['lockdiscovery', (_resource, path, context) => activeLocks(context.locks.covering(path), context)],
]);

/** Returned only when asked for by name: `allprop` should leave them out (RFC 4331 section 2). */
export const QUOTA_PROPERTIES: ReadonlyMap<string, LiveProperty> = new Map<string, LiveProperty>([
  ['quota-available-bytes', (resource, _path, { quota }) => bytesOf(resource, quota?.availableBytes)],
  ['quota-used-bytes', (resource, _path, { quota }) => bytesOf(resource, quota?.usedBytes)],
]);

export function liveProperty(name: string): LiveProperty | undefined {
  return LIVE_PROPERTIES.get(name) ?? QUOTA_PROPERTIES.get(name);
}

/** `DAV:activelock` elements (RFC 4918 section 14.1). */
export function activeLocks(
  locks: readonly Lock[],
  context: Pick<LiveContext, 'locks' | 'addresses'>,
): string {
  return locks
    .map((lock) => {
      const owner = lock.ownerXml === '' ? '' : `<D:owner>${lock.ownerXml}</D:owner>`;
      const seconds = Math.ceil(context.locks.remainingMs(lock) / 1000);
      return (
        `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${lock.scope}/></D:lockscope>` +
        `<D:depth>${lock.deep ? 'infinity' : '0'}</D:depth>${owner}<D:timeout>Second-${seconds}</D:timeout>` +
        `<D:locktoken><D:href>${lock.token}</D:href></D:locktoken>` +
        `<D:lockroot><D:href>${context.addresses.href(lock.path, false)}</D:href></D:lockroot></D:activelock>`
      );
    })
    .join('');
}

function contentTypeOf(resource: Resource): string | null {
  switch (resource.kind) {
    case 'folder':
      return null;
    case 'file':
      return escapeXml(resource.contentType);
    case 'local':
      return 'application/octet-stream';
  }
}

function createdAt(resource: Resource): number {
  return resource.kind === 'local' ? resource.createdAt : resource.modifiedAt;
}

function bytesOf(resource: Resource, bytes: number | undefined): string | null {
  return resource.kind === 'folder' && bytes !== undefined ? String(Math.max(0, bytes)) : null;
}
