import { isWhatWasWritten } from './checks.ts';
import { DirectoryCache } from './directory-cache.ts';
import { look, type Found } from './local-file.ts';
import { nameOf, parentOf, type LocalPath } from './local-path.ts';
import { hasCode, type LocalTree } from './local-tree.ts';
import type { OwnedFile } from './owned-file.ts';
import { inParallel } from './parallel.ts';

export type AuditResult = 'unchanged' | 'missing' | 'changed';

const CONCURRENCY = 16;

/** Reads what is on disk again and compares it with what was written. */
export class Audit {
  readonly #tree: LocalTree;

  constructor(tree: LocalTree) {
    this.#tree = tree;
  }

  /** One result for each file, in their order. */
  async of(files: readonly OwnedFile[]): Promise<AuditResult[]> {
    const directories = new DirectoryCache(this.#tree, () => undefined);
    try {
      return await inParallel(files, CONCURRENCY, async (file) => {
        const found = await lookAt(directories, file.path);
        if (found.kind === 'absent') return 'missing';
        return isWhatWasWritten(found, file) ? 'unchanged' : 'changed';
      });
    } finally {
      await directories.close();
    }
  }
}

async function lookAt(directories: DirectoryCache, path: LocalPath): Promise<Found> {
  try {
    return await look(await directories.get(parentOf(path)), nameOf(path));
  } catch (error) {
    return { kind: hasCode(error, 'ENOENT') ? 'absent' : 'other' };
  }
}
