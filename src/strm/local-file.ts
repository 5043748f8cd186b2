import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { hashOf } from './content-hash.ts';
import { hasCode, type OpenDirectory } from './local-tree.ts';

/** What stands at a path: nothing, something with a fingerprint, or what the bridge never writes. */
export type Found =
  { readonly kind: 'absent' } | { readonly kind: 'file'; readonly hash: string } | { readonly kind: 'other' };

const CHUNK = 256 * 1024;
/** What file systems without hard links answer to link(2). */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'];

/** The fingerprint of a link, which no bytes can have. */
export function linkHash(target: string): string {
  return `link-${hashOf(target)}`;
}

export async function look(directory: OpenDirectory, name: string): Promise<Found> {
  const address = directory.address(name);
  try {
    const entry = await lstat(address);
    if (entry.isSymbolicLink()) return { kind: 'file', hash: linkHash(await readlink(address)) };
    return entry.isFile() ? { kind: 'file', hash: await hashOfFile(address) } : { kind: 'other' };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { kind: 'absent' };
    throw error;
  }
}

async function hashOfFile(address: string): Promise<string> {
  const handle = await open(address, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Makes a new file and writes it to the disk itself; gives the hash of its bytes. Fails with EEXIST. */
export async function writeDurably(
  directory: OpenDirectory,
  name: string,
  content: string | AsyncIterable<Uint8Array>,
): Promise<string> {
  const handle = await open(directory.address(name), 'wx');
  try {
    const hash = createHash('sha256');
    for await (const chunk of typeof content === 'string' ? [Buffer.from(content)] : content) {
      hash.update(chunk);
      await handle.write(chunk);
    }
    await handle.datasync();
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

export async function writeLink(directory: OpenDirectory, name: string, target: string): Promise<string> {
  await symlink(target, directory.address(name));
  return linkHash(target);
}

/**
 * Moves an entry to a path where nothing is. It never replaces anything: fails with EEXIST. Where the file system
 * has no hard links, something put there within the same moment could be replaced.
 */
export async function moveToFree(
  from: OpenDirectory,
  name: string,
  to: OpenDirectory,
  newName: string,
): Promise<void> {
  try {
    await link(from.address(name), to.address(newName));
  } catch (error) {
    if (!hasCode(error, ...NO_HARD_LINKS)) throw error;
    if ((await look(to, newName)).kind !== 'absent') {
      throw Object.assign(new Error('something is there already'), { code: 'EEXIST' });
    }
    await rename(from.address(name), to.address(newName));
    return;
  }
  await unlink(from.address(name));
}

/** Moves an entry over what is at the new path, in one step. */
export function moveOver(
  from: OpenDirectory,
  name: string,
  to: OpenDirectory,
  newName: string,
): Promise<void> {
  return rename(from.address(name), to.address(newName));
}

export async function removeFile(directory: OpenDirectory, name: string): Promise<void> {
  await unlink(directory.address(name)).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

/** Removes a directory if nothing is in it; says whether it is gone. */
export async function removeIfEmpty(parent: OpenDirectory, name: string): Promise<boolean> {
  try {
    await rmdir(parent.address(name));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}
