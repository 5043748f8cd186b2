import type { BridgeError, FailureKind } from '../errors.ts';

/** Failures of one file or folder, after which others may well succeed. All others stop a command at once. */
const OF_ONE: ReadonlySet<FailureKind> = new Set([
  'bad-request',
  'conflict',
  'content-changed',
  'file-empty',
  'file-not-found',
  'file-refused',
  'file-too-large',
  'folder-not-empty',
  'folder-not-found',
  'locked',
  'name-refused',
  'name-taken',
  'upload-unconfirmed',
  'upstream-refused',
]);

export function concernsOne({ kind }: BridgeError): boolean {
  return OF_ONE.has(kind);
}
