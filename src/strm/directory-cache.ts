import { obstacleIn } from './checks.ts';
import type { LocalPath } from './local-path.ts';
import { hasCode, type LocalTree, type OpenDirectory } from './local-tree.ts';

/** The directories that one batch of changes works in, each opened once. */
export class DirectoryCache {
  readonly #tree: LocalTree;
  readonly #onMake: (folder: LocalPath) => void;
  readonly #open = new Map<LocalPath, Promise<OpenDirectory>>();

  /** @param onMake is told of each directory before it is made. */
  constructor(tree: LocalTree, onMake: (folder: LocalPath) => void) {
    this.#tree = tree;
    this.#onMake = onMake;
  }

  /** Rejects as LocalTree.open does: with ENOENT when there is none. */
  get(folder: LocalPath): Promise<OpenDirectory> {
    return this.#remembered(folder, () => this.#tree.open(folder));
  }

  getOrMake(folder: LocalPath): Promise<OpenDirectory> {
    return this.#remembered(folder, () => this.#tree.openOrMake(folder, this.#onMake));
  }

  /** Works in a directory; null where there is none, or none of ours. */
  async within<T>(folder: LocalPath, work: (directory: OpenDirectory) => Promise<T>): Promise<T | null> {
    try {
      return await work(await this.get(folder));
    } catch (error) {
      if (hasCode(error, 'ENOENT') || obstacleIn(error)?.obstacle === 'outside-root') return null;
      throw error;
    }
  }

  async sync(): Promise<void> {
    await Promise.all((await this.#opened()).map((directory) => directory.sync()));
  }

  async close(): Promise<void> {
    await Promise.all((await this.#opened()).map((directory) => directory.close()));
    this.#open.clear();
  }

  #remembered(folder: LocalPath, open: () => Promise<OpenDirectory>): Promise<OpenDirectory> {
    const known = this.#open.get(folder);
    if (known !== undefined) return known;
    const opening = open();
    this.#open.set(folder, opening);
    opening.catch(() => this.#open.delete(folder));
    return opening;
  }

  async #opened(): Promise<OpenDirectory[]> {
    const settled = await Promise.allSettled(this.#open.values());
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }
}
