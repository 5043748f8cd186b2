import { BridgeError } from '../errors.ts';
import type { LibraryAccess, ListedEntry } from './library-access.ts';
import { parentOf } from './remote-path.ts';

/**
 * Makes a folder with all above it, unless it is there; resolves with it as it was, or null when it was made.
 *
 * @throws BridgeError `name-taken` where a file is in the way.
 */
export async function ensureFolder(library: LibraryAccess, path: string): Promise<ListedEntry | null> {
  const entry = await library.entryAt(path);
  if (entry?.kind === 'folder') return entry;
  if (entry !== null) throw new BridgeError('name-taken', `${path} is a file, not a folder`);
  await ensureFolder(library, parentOf(path));
  await library.makeFolder(path);
  return null;
}
