import { BridgeError } from '../errors.ts';

/** Decoded names joined by '/', without a trailing one; '/' is the root. */
export type DavPath = string;

/**
 * Decodes the path part of an address below the mount point.
 *
 * @throws BridgeError `bad-request` for bad percent-encoding and for segments that no name can be.
 */
export function decodePath(encoded: string): DavPath {
  const names = encoded
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);
  return `/${names.join('/')}`;
}

function decodeSegment(segment: string): string {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch (error) {
    throw new BridgeError('bad-request', 'the address is not percent-encoded UTF-8', { cause: error });
  }
  if (name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new BridgeError('bad-request', 'the address has a segment that is not a name');
  }
  return name;
}

/** Encodes a path for an address: every name percent-encoded as UTF-8. */
export function encodePath(path: DavPath): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

export function joinPath(folder: DavPath, name: string): DavPath {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** Null for the root. */
export function parentPath(path: DavPath): DavPath | null {
  if (path === '/') return null;
  const slash = path.lastIndexOf('/');
  return slash === 0 ? '/' : path.slice(0, slash);
}

export function lastName(path: DavPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` lies below `ancestor`; a path does not lie below itself. */
export function isBelow(path: DavPath, ancestor: DavPath): boolean {
  if (ancestor === '/') return path !== '/';
  return path.startsWith(`${ancestor}/`);
}

/** The path itself, then its ancestors up to the root. */
export function* pathAndAncestors(path: DavPath): Generator<DavPath> {
  for (let at: DavPath | null = path; at !== null; at = parentPath(at)) yield at;
}
