import type { Changes } from './changes.ts';
import { checkWrite, isWhatWasWritten, knownHash, obstacleIn } from './checks.ts';
import { look, type Found } from './local-file.ts';
import { nameOf, parentOf, pathKey, type LocalPath } from './local-path.ts';
import { hasCode, type LocalTree } from './local-tree.ts';
import type { OwnedFile } from './owned-file.ts';
import type { Outcome } from './outcome.ts';
import { inParallel } from './parallel.ts';
import type { Rename, Write } from './plan.ts';

const CONCURRENCY = 16;

/** Looks at everything that a change would look at, and changes nothing. */
export class Rehearsal implements Changes {
  readonly #tree: LocalTree | null;

  /** @param tree null: the root is not there yet, so nothing is in the way. */
  constructor(tree: LocalTree | null) {
    this.#tree = tree;
  }

  write(writes: readonly Write[]): Promise<Outcome[]> {
    return inParallel(writes, CONCURRENCY, async ({ path, owned, wanted }) => {
      const outcome = { deed: owned === null ? 'create' : 'update', path, obstacle: null } as const;
      return this.#attempt(outcome, async () => {
        const check = checkWrite(await this.#look(path), owned, knownHash(wanted.content));
        return check === 'free' || check === 'ours' || check === 'done'
          ? outcome
          : { ...outcome, obstacle: check };
      });
    });
  }

  rename(renames: readonly Rename[]): Promise<Outcome[]> {
    return inParallel(renames, CONCURRENCY, async ({ owned, path, replaces }) => {
      const outcome = { deed: 'rename', path, from: owned.path, obstacle: null } as const;
      return this.#attempt(outcome, async () => {
        if (!isWhatWasWritten(await this.#look(owned.path), owned)) {
          return { ...outcome, obstacle: 'changed-by-hand' as const };
        }
        const there = await this.#look(path);
        const isFree =
          there.kind === 'absent' ||
          pathKey(path) === owned.pathKey ||
          (replaces !== null && isWhatWasWritten(there, replaces));
        return isFree ? outcome : { ...outcome, obstacle: 'occupied' as const };
      });
    });
  }

  remove(files: readonly OwnedFile[]): Promise<Outcome[]> {
    return inParallel(files, CONCURRENCY, async (file) => {
      const outcome = { deed: 'remove', path: file.path, obstacle: null } as const;
      return this.#attempt(outcome, async () => {
        const found = await this.#look(file.path);
        const isOurs = found.kind === 'absent' || isWhatWasWritten(found, file);
        return isOurs ? outcome : { ...outcome, obstacle: 'changed-by-hand' as const };
      });
    });
  }

  async #look(path: LocalPath): Promise<Found> {
    if (this.#tree === null) return { kind: 'absent' };
    try {
      const directory = await this.#tree.open(parentOf(path));
      try {
        return await look(directory, nameOf(path));
      } finally {
        await directory.close();
      }
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return { kind: 'absent' };
      throw error;
    }
  }

  async #attempt(outcome: Outcome, work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      const obstacle = obstacleIn(error);
      if (obstacle === null) throw error;
      return { ...outcome, ...obstacle };
    }
  }
}
