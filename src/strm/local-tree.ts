import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../errors.ts';
import { foldersAbove, isWithinRoot, type LocalPath } from './local-path.ts';

/** Where a directory that is open is reached by its descriptor, whatever becomes of the path that led to it. */
const DESCRIPTORS = '/proc/self/fd';
const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A directory below the root, proven to lie there and held open. */
export class OpenDirectory {
  readonly #handle: FileHandle | null;
  readonly #location: string;

  /** @param location an address of the directory that no link can divert. */
  constructor(handle: FileHandle | null, location: string) {
    this.#handle = handle;
    this.#location = location;
  }

  /** The address of an entry, good until `close`. */
  address(name: string): string {
    return join(this.#location, name);
  }

  /** Makes what was created, renamed or removed in it survive a power failure. */
  async sync(): Promise<void> {
    await this.#handle?.sync();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }
}

/**
 * A directory tree on disk that nothing done through it can leave. Symbolic links below the root are refused, also
 * those put in the way while it is at work: on Linux each directory is opened, the kernel is asked where it truly is,
 * and all that follows goes through the open descriptor. Elsewhere every step of a path is looked at first.
 */
export class LocalTree {
  readonly #root: string;
  readonly #byDescriptor: boolean;

  private constructor(root: string, byDescriptor: boolean) {
    this.#root = root;
    this.#byDescriptor = byDescriptor;
  }

  /**
   * @param directory the root itself may be reached through links.
   * @throws BridgeError `strm-root-unusable` when it is missing or no directory.
   */
  static async at(directory: string): Promise<LocalTree> {
    try {
      const root = await realpath(directory);
      if (!(await lstat(root)).isDirectory()) throw new Error('it is a file');
      return new LocalTree(root, process.platform === 'linux');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BridgeError('strm-root-unusable', `${directory} cannot be used: ${reason}`, { cause: error });
    }
  }

  /**
   * Opens a directory below the root, '' the root itself.
   *
   * @throws NodeJS.ErrnoException as open(2), or BridgeError `strm-outside-root` when a link is in the way.
   */
  async open(folder: LocalPath): Promise<OpenDirectory> {
    if (folder !== '' && !isWithinRoot(folder)) throw leavesRoot(folder);
    const path = join(this.#root, folder);
    if (!this.#byDescriptor) {
      await this.#assertNoLinks(folder);
      return new OpenDirectory(null, path);
    }
    const handle = await open(path, OPEN_DIRECTORY);
    const location = `${DESCRIPTORS}/${handle.fd}`;
    if ((await readlink(location)) === path) return new OpenDirectory(handle, location);
    await handle.close();
    throw leavesRoot(folder);
  }

  /** Opens a directory and makes those missing on the way; `onMade` is told of each before it is made. */
  async openOrMake(folder: LocalPath, onMake: (folder: LocalPath) => void): Promise<OpenDirectory> {
    try {
      return await this.open(folder);
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || folder === '') throw error;
    }
    for (const missing of [folder, ...foldersAbove(folder)].reverse()) await this.#make(missing, onMake);
    return this.open(folder);
  }

  async #make(folder: LocalPath, onMake: (folder: LocalPath) => void): Promise<void> {
    const parent = await this.open(folder.slice(0, Math.max(folder.lastIndexOf('/'), 0)));
    try {
      const address = parent.address(folder.slice(folder.lastIndexOf('/') + 1));
      if (await exists(address)) return;
      onMake(folder);
      await mkdir(address);
      await parent.sync();
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await parent.close();
    }
  }

  async #assertNoLinks(folder: LocalPath): Promise<void> {
    if (folder === '') return;
    for (const step of [...foldersAbove(folder)].reverse().concat(folder)) {
      const found = await lstat(join(this.#root, step));
      if (!found.isDirectory()) throw leavesRoot(step);
    }
  }
}

async function exists(address: string): Promise<boolean> {
  return lstat(address).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
}

function leavesRoot(folder: LocalPath): BridgeError {
  return new BridgeError('strm-outside-root', `${folder} leads out of the directory through a link`);
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
