import type { DirectoryCache } from './directory-cache.ts';
import { look, removeFile } from './local-file.ts';
import { nameOf, parentOf, pathKey, type LocalPath } from './local-path.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';

/** Finishes what an ended process had entered in the manifest and done on disk, and takes the rest back. */
export async function settleBegun(directories: DirectoryCache, manifest: Manifest): Promise<void> {
  for (const begun of manifest.begun()) {
    const { temp } = begun;
    if (temp !== null && temp !== '') {
      await directories.within(parentOf(begun.path), (directory) => removeFile(directory, temp));
    }
    if (begun.nextPath !== null) await settleRename(directories, manifest, begun, begun.nextPath);
    else if (await holds(directories, begun.path, begun.nextHash)) manifest.confirmWrites([begun.key]);
    else manifest.abandonWrites([begun.key]);
  }
}

async function settleRename(
  directories: DirectoryCache,
  manifest: Manifest,
  owned: OwnedFile,
  path: LocalPath,
): Promise<void> {
  if (!(await holds(directories, path, owned.hash))) {
    manifest.abandonRename(owned.key);
    return;
  }
  const former = manifest.holder(pathKey(path));
  if (await holds(directories, owned.path, owned.hash)) {
    // The process ended between the two halves of a rename.
    await directories.within(parentOf(owned.path), (directory) => removeFile(directory, nameOf(owned.path)));
  }
  const replaces = former === null || former.key === owned.key ? null : former;
  manifest.confirmRenames([{ owned, path, wanted: null, replaces }]);
}

async function holds(directories: DirectoryCache, path: LocalPath, hash: string | null): Promise<boolean> {
  const found = await directories.within(parentOf(path), (directory) => look(directory, nameOf(path)));
  return hash !== null && found?.kind === 'file' && found.hash === hash;
}
