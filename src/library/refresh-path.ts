import type { FolderEntry } from './entry.ts';
import type { Library, RefreshRequest } from './library.ts';

type Mirror = Pick<Library, 'entryAt' | 'folderById' | 'root' | 'refresh'>;

/**
 * Reads again what is at a path that the library may not know yet: the nearest folder above it that it knows, then
 * each new folder on the way, and at last the folder itself, with all below it when `request.recursive` says so.
 * Rejects as `Library.refresh` does.
 */
export async function refreshPath(library: Mirror, path: string, request: RefreshRequest): Promise<void> {
  const folder = nearestFolder(library, path);
  const isAtPath = library.entryAt(path)?.id === folder.id;
  await library.refresh(folder.id, { ...request, recursive: request.recursive && isAtPath });
  if (nearestFolder(library, path).id !== folder.id) await refreshPath(library, path, request);
}

/** The folder at a path, or that of the file there, or the nearest above that the library knows. */
function nearestFolder(library: Mirror, path: string): FolderEntry {
  const names = path.split('/').filter((name) => name !== '');
  for (let depth = names.length; depth > 0; depth -= 1) {
    const entry = library.entryAt(`/${names.slice(0, depth).join('/')}`);
    if (entry?.kind === 'folder') return entry;
  }
  return library.root();
}
