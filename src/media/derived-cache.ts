import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

export interface DerivedCacheOptions {
  readonly directory: string;
  /** Bytes; 0: nothing is kept. */
  readonly budgetBytes: number;
  readonly clock: Clock;
  /** Told in plain words when the disk fails: what was made is then used, but not kept. */
  readonly onProblem: (message: string) => void;
}

/** An entry takes more of the disk than it has bytes. */
const DISK_BLOCK = 4096;
const UNFINISHED = '.part';

/**
 * Small files made from those of the library, kept on disk within a budget; what was not used longest goes first. Names
 * hold the version of the file they were made from, so that they never go stale.
 */
export class DerivedCache {
  readonly #options: DerivedCacheOptions;
  /** Bytes by name. */
  readonly #entries: LRUCache<string, number>;
  #written = 0;

  private constructor(options: DerivedCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({
      maxSize: Math.max(1, options.budgetBytes),
      sizeCalculation: (bytes) => Math.ceil(bytes / DISK_BLOCK) * DISK_BLOCK,
      dispose: (_bytes, name, reason) => {
        if (reason === 'evict') void this.#remove(name);
      },
    });
  }

  static async open(options: DerivedCacheOptions): Promise<DerivedCache> {
    const cache = new DerivedCache(options);
    try {
      await cache.#load();
    } catch (error) {
      options.onProblem(`what was made from media files is not kept: ${reasonOf(error)}`);
    }
    return cache;
  }

  async get(name: string): Promise<Buffer | null> {
    if (this.#entries.get(name) === undefined) return null;
    try {
      const path = this.#path(name);
      const bytes = await readFile(path);
      // The order of use outlives a restart.
      const now = this.#options.clock.now() / 1000;
      await utimes(path, now, now);
      return bytes;
    } catch {
      // Someone emptied the directory: it is made again.
      this.#entries.delete(name);
      return null;
    }
  }

  /** Keeps an entry; a disk that fails is told of, and no failure for the caller. */
  async put(name: string, bytes: Buffer): Promise<void> {
    if (bytes.length > this.#options.budgetBytes) return;
    const path = this.#path(name);
    // Two may put the same entry at once.
    this.#written += 1;
    const unfinished = `${path}.${this.#written}${UNFINISHED}`;
    try {
      await writeFile(unfinished, bytes, { mode: 0o600 });
      await rename(unfinished, path);
      this.#entries.set(name, bytes.length);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      this.#options.onProblem(`what was made from a media file is not kept: ${reasonOf(error)}`);
    }
  }

  async #load(): Promise<void> {
    const { directory } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found: { name: string; bytes: number; usedAt: number }[] = [];
    for (const name of await readdir(directory)) {
      if (name.endsWith(UNFINISHED)) await this.#remove(name);
      else {
        const { size, mtimeMs } = await stat(join(directory, name));
        found.push({ name, bytes: size, usedAt: mtimeMs });
      }
    }
    found.sort((a, b) => a.usedAt - b.usedAt);
    for (const { name, bytes } of found) {
      if (bytes > this.#options.budgetBytes) await this.#remove(name);
      else if (bytes > 0) this.#entries.set(name, bytes);
    }
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }

  async #remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true }).catch((error: unknown) => {
      this.#options.onProblem(`what was made from a media file cannot be removed: ${reasonOf(error)}`);
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
