import { randomUUID } from 'node:crypto';
import type { FileEntry } from '../library/entry.ts';
import type { Changes } from './changes.ts';
import { checkWrite, isWhatWasWritten, knownHash, obstacleIn, type WriteCheck } from './checks.ts';
import { DirectoryCache } from './directory-cache.ts';
import { removeEmptyDirectories } from './empty-directories.ts';
import { look, moveOver, moveToFree, removeFile, writeDurably, writeLink } from './local-file.ts';
import { nameOf, parentOf, pathKey } from './local-path.ts';
import { hasCode, type LocalTree, type OpenDirectory } from './local-tree.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import type { Obstacle, Outcome } from './outcome.ts';
import { inParallel } from './parallel.ts';
import type { Rename, Write } from './plan.ts';
import { settleBegun } from './settlement.ts';
import type { WantedContent } from './wanted.ts';

export interface ApplyParts {
  readonly tree: LocalTree;
  readonly manifest: Manifest;
  /** The bytes of a file of the library. */
  readonly read: (file: FileEntry) => Promise<AsyncIterable<Uint8Array>>;
}

/** Changes on their way to the disk at the same time. */
const CONCURRENCY = 16;

/** A write that may go on, with the row it is entered in. */
interface Entered {
  readonly write: Write;
  readonly check: 'free' | 'ours';
  readonly temp: string;
  readonly key: number;
}

/**
 * Brings changes to the disk, in batches: entered in the manifest, written beside their places and made durable, put
 * in place in one step each, confirmed. What is not as the manifest says is left alone.
 */
export class Applier implements Changes {
  readonly #parts: ApplyParts;

  constructor(parts: ApplyParts) {
    this.#parts = parts;
  }

  /** @throws BridgeError when the disk is full, and what else would stop every write; the rest goes into outcomes. */
  write(writes: readonly Write[]): Promise<Outcome[]> {
    return this.#inDirectories(async (directories) => {
      const outcomes = new Map<Write, Outcome>();
      const checks = await inParallel(writes, CONCURRENCY, async (write) =>
        this.#attempt(outcomes, write, () => this.#check(directories, write)),
      );
      const entered = this.#enter(writes, checks, outcomes);
      const done = await inParallel(entered, CONCURRENCY, async (one) => {
        const key = await this.#attempt(outcomes, one.write, () => this.#writeOne(directories, one));
        if (key === null) this.#parts.manifest.abandonWrites([one.key]);
        return key;
      });
      await directories.sync();
      this.#parts.manifest.confirmWrites(done.filter((key) => key !== null));
      return writes.map((write) => outcomes.get(write) ?? outcomeOf(write, null));
    });
  }

  rename(asked: readonly Rename[]): Promise<Outcome[]> {
    const { tree, manifest } = this.#parts;
    // Some have stepped aside since they were planned.
    const renames = asked.map((one) => ({ ...one, owned: manifest.byKey(one.owned.key) ?? one.owned }));
    return this.#inDirectories(async (directories) => {
      manifest.beginRenames(renames);
      const outcomes = await inParallel(renames, CONCURRENCY, (rename) =>
        this.#renameOne(directories, rename),
      );
      await directories.sync();
      manifest.confirmRenames(renames.filter((_, index) => outcomes[index]?.obstacle === null));
      await removeEmptyDirectories(
        tree,
        manifest,
        renames.map(({ owned }) => parentOf(owned.path)),
      );
      return outcomes;
    });
  }

  remove(files: readonly OwnedFile[]): Promise<Outcome[]> {
    const { tree, manifest } = this.#parts;
    return this.#inDirectories(async (directories) => {
      const outcomes = await inParallel(files, CONCURRENCY, (file) => this.#removeOne(directories, file));
      await directories.sync();
      manifest.forget(
        files.filter((_, index) => outcomes[index]?.obstacle !== 'failed').map(({ key }) => key),
      );
      await removeEmptyDirectories(
        tree,
        manifest,
        files.map(({ path }) => parentOf(path)),
      );
      return outcomes;
    });
  }

  /** Finishes or takes back what an ended process had begun. */
  settle(): Promise<void> {
    return this.#inDirectories((directories) => settleBegun(directories, this.#parts.manifest));
  }

  async #check(directories: DirectoryCache, write: Write): Promise<WriteCheck> {
    const directory = await directories.getOrMake(parentOf(write.path));
    return checkWrite(
      await look(directory, nameOf(write.path)),
      write.owned,
      knownHash(write.wanted.content),
    );
  }

  #enter(
    writes: readonly Write[],
    checks: readonly (WriteCheck | null)[],
    outcomes: Map<Write, Outcome>,
  ): Entered[] {
    const { manifest } = this.#parts;
    const going: { write: Write; check: 'free' | 'ours'; temp: string; hash: string | null }[] = [];
    writes.forEach((write, index) => {
      const check = checks[index] ?? null;
      const hash = knownHash(write.wanted.content);
      if (check === 'free' || check === 'ours') going.push({ write, check, temp: tempName(), hash });
      else if (check === 'done') manifest.adopt(write.owned, write.wanted, write.path, hash ?? '');
      else if (check !== null) outcomes.set(write, outcomeOf(write, check));
    });
    const keys = manifest.beginWrites(going.map(({ write, temp, hash }) => ({ ...write, temp, hash })));
    return going.map((one, index) => ({ ...one, key: keys[index] ?? 0 }));
  }

  /** Gives the key of the row once the file is in its place. */
  async #writeOne(directories: DirectoryCache, { write, check, temp, key }: Entered): Promise<number> {
    const directory = await directories.get(parentOf(write.path));
    const name = nameOf(write.path);
    try {
      await this.#fill(directory, temp, write.wanted.content, key);
      if (check === 'free') {
        await moveToFree(directory, temp, directory, name);
      } else {
        await assertUnchanged(directory, name, write.owned);
        await moveOver(directory, temp, directory, name);
      }
      return key;
    } catch (error) {
      await removeFile(directory, temp);
      throw error;
    }
  }

  async #fill(directory: OpenDirectory, temp: string, content: WantedContent, key: number): Promise<void> {
    if (content.kind === 'text') {
      await writeDurably(directory, temp, content.text);
    } else if (content.kind === 'link') {
      await writeLink(directory, temp, content.target);
    } else {
      const hash = await writeDurably(directory, temp, await this.#parts.read(content.file));
      this.#parts.manifest.fetched(key, hash);
    }
  }

  async #renameOne(directories: DirectoryCache, rename: Rename): Promise<Outcome> {
    const { owned, path, replaces } = rename;
    const { manifest } = this.#parts;
    const outcome = { deed: 'rename', path, from: owned.path } as const;
    try {
      const from = await directories.get(parentOf(owned.path));
      const found = await look(from, nameOf(owned.path));
      if (!isWhatWasWritten(found, owned)) {
        // It is someone else's now, or nobody's; the film gets a new file at its new place.
        manifest.forget([owned.key]);
        return {
          ...outcome,
          obstacle: found.kind === 'absent' ? 'failed' : 'changed-by-hand',
          reason: 'it was not there any more',
        };
      }
      const to = await directories.getOrMake(parentOf(path));
      const there = await look(to, nameOf(path));
      const mayReplace =
        (replaces !== null && isWhatWasWritten(there, replaces)) ||
        (pathKey(path) === owned.pathKey && isWhatWasWritten(there, owned));
      if (mayReplace) await moveOver(from, nameOf(owned.path), to, nameOf(path));
      else await moveToFree(from, nameOf(owned.path), to, nameOf(path));
      return { ...outcome, obstacle: null };
    } catch (error) {
      manifest.abandonRename(owned.key);
      const obstacle = obstacleIn(error);
      if (obstacle === null) throw error;
      return { ...outcome, ...obstacle };
    }
  }

  async #removeOne(directories: DirectoryCache, file: OwnedFile): Promise<Outcome> {
    const outcome = { deed: 'remove', path: file.path } as const;
    try {
      const directory = await directories.get(parentOf(file.path));
      const found = await look(directory, nameOf(file.path));
      if (found.kind === 'absent') return { ...outcome, obstacle: null };
      if (!isWhatWasWritten(found, file)) return { ...outcome, obstacle: 'changed-by-hand' };
      await removeFile(directory, nameOf(file.path));
      return { ...outcome, obstacle: null };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return { ...outcome, obstacle: null };
      const obstacle = obstacleIn(error);
      if (obstacle === null) throw error;
      return { ...outcome, ...obstacle };
    }
  }

  /** Null: it failed, and `outcomes` says why. */
  async #attempt<T>(outcomes: Map<Write, Outcome>, write: Write, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      const obstacle = obstacleIn(error);
      if (obstacle === null) throw error;
      outcomes.set(write, { ...outcomeOf(write, obstacle.obstacle), reason: obstacle.reason });
      return null;
    }
  }

  async #inDirectories<T>(work: (directories: DirectoryCache) => Promise<T>): Promise<T> {
    const { tree, manifest } = this.#parts;
    const directories = new DirectoryCache(tree, (folder) => manifest.enterDirectory(folder));
    try {
      return await work(directories);
    } finally {
      await directories.close();
    }
  }
}

async function assertUnchanged(
  directory: OpenDirectory,
  name: string,
  owned: OwnedFile | null,
): Promise<void> {
  const found = await look(directory, name);
  if (found.kind === 'absent' || (owned !== null && isWhatWasWritten(found, owned))) return;
  throw Object.assign(new Error('it was changed a moment ago'), { code: 'EEXIST' });
}

function outcomeOf({ path, owned }: Write, obstacle: Obstacle | null): Outcome {
  return { deed: owned === null ? 'create' : 'update', path, obstacle };
}

/** Hidden, so that no scanner takes it for a film, and like no other. */
function tempName(): string {
  return `.fichier-bridge-${randomUUID()}.part`;
}
