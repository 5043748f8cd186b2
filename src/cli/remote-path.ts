import { BridgeError } from '../errors.ts';

/**
 * A path in the library as a person types it, in its one form: '/' and names, none of them empty, without a slash at its
 * end; '/' is the root.
 *
 * @throws BridgeError `bad-request` for names that none can be.
 */
export function remotePath(typed: string): string {
  const names = typed.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..')) {
    throw new BridgeError(
      'bad-request',
      `${typed}: paths in the library begin at its root, without . and ..`,
    );
  }
  return `/${names.join('/')}`;
}

export function joinRemote(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** The root is its own parent. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
