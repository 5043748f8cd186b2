import { DirectoryCache } from './directory-cache.ts';
import { removeIfEmpty } from './local-file.ts';
import { foldersAbove, nameOf, parentOf, type LocalPath } from './local-path.ts';
import type { LocalTree } from './local-tree.ts';
import type { Manifest } from './manifest.ts';

/** Removes those of the directories, and of those above, that the bridge made and that nothing is in any more. */
export async function removeEmptyDirectories(
  tree: LocalTree,
  manifest: Manifest,
  folders: Iterable<LocalPath>,
): Promise<void> {
  const candidates = new Set<LocalPath>();
  for (const folder of folders) {
    if (folder !== '') candidates.add(folder);
    for (const above of foldersAbove(folder)) candidates.add(above);
  }
  const fromTheInsideOut = [...candidates].sort((a, b) => b.length - a.length);
  for (const folder of fromTheInsideOut) {
    if (!manifest.madeDirectory(folder)) continue;
    const directories = new DirectoryCache(tree, () => undefined);
    try {
      const isGone = await directories.within(parentOf(folder), (parent) =>
        removeIfEmpty(parent, nameOf(folder)),
      );
      if (isGone !== false) manifest.forgetDirectory(folder);
    } finally {
      await directories.close();
    }
  }
}
