import { asBridgeError } from '../errors.ts';
import { hashOf } from './content-hash.ts';
import { linkHash, type Found } from './local-file.ts';
import { hasCode } from './local-tree.ts';
import type { OwnedFile } from './owned-file.ts';
import type { Obstacle } from './outcome.ts';
import type { WantedContent } from './wanted.ts';

/** What a write finds at its path: a free place, the bytes the bridge wrote there, the wanted bytes, or a stranger. */
export type WriteCheck = 'free' | 'ours' | 'done' | Obstacle;

/** @param wantedHash null: not known before the bytes are fetched. */
export function checkWrite(found: Found, owned: OwnedFile | null, wantedHash: string | null): WriteCheck {
  if (found.kind === 'absent') return 'free';
  if (found.kind === 'file' && found.hash === wantedHash) return 'done';
  if (owned === null || owned.hash === null) return 'occupied';
  return isWhatWasWritten(found, owned) ? 'ours' : 'changed-by-hand';
}

/** Null for bytes that are not fetched yet. */
export function knownHash(content: WantedContent): string | null {
  if (content.kind === 'text') return hashOf(content.text);
  return content.kind === 'link' ? linkHash(content.target) : null;
}

export function isWhatWasWritten(found: Found, owned: OwnedFile): boolean {
  return found.kind === 'file' && found.hash === owned.hash;
}

/** What a failure of the file system says of one file; null: it concerns all of them, and ends the run. */
export function obstacleIn(error: unknown): { readonly obstacle: Obstacle; readonly reason: string } | null {
  const { kind, message, cause } = asBridgeError(error);
  if (kind === 'strm-outside-root' || hasCode(error, 'ENOTDIR', 'ELOOP')) {
    return { obstacle: 'outside-root', reason: 'a link or a file is where a directory should be' };
  }
  if (hasCode(error, 'EEXIST')) return { obstacle: 'occupied', reason: 'something is there already' };
  if (kind === 'disk-full' || kind === 'cancelled' || hasCode(error, 'EROFS', 'EMFILE', 'ENFILE', 'EDQUOT'))
    return null;
  const reason = kind === 'internal' && cause instanceof Error ? withoutPath(cause) : message;
  return { obstacle: 'failed', reason };
}

/** System errors name the paths by which the bridge reached a file, which say nothing to people. */
function withoutPath(error: Error): string {
  return error.message.replace(/, \w+ '.*$/s, '');
}
