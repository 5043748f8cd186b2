import { constants, existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { BridgeError } from '../errors.ts';
import { MARKER_NAME } from './local-path.ts';
import { hasCode, LocalTree, type OpenDirectory } from './local-tree.ts';
import type { Manifest } from './manifest.ts';

const LONGEST = 200;

/**
 * Opens the root of a manifest, making the directory the first time. A marker in it tells the root that was written
 * before from what is there in its stead: the empty mount point of a disk that is not mounted, or a directory that
 * another bridge writes.
 *
 * @param force makes the marker anew where it is missing.
 * @throws BridgeError `strm-root-unusable`
 */
export async function openRoot(directory: string, manifest: Manifest, force: boolean): Promise<LocalTree> {
  if (manifest.count() === 0 || force) {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw unusable(directory, error);
    });
  }
  const tree = await LocalTree.at(directory);
  const root = await tree.open('');
  try {
    if (await isMarked(root, directory, manifest, force)) return tree;
    await writeMarker(root, manifest.progress.state().marker);
    return tree;
  } catch (error) {
    throw error instanceof BridgeError ? error : unusable(directory, error);
  } finally {
    await root.close();
  }
}

/** The same without changing anything; null: the root is not there, and is to be made. */
export async function openRootToLook(
  directory: string,
  manifest: Manifest,
  force: boolean,
): Promise<LocalTree | null> {
  if ((manifest.count() === 0 || force) && !existsSync(directory)) return null;
  const tree = await LocalTree.at(directory);
  const root = await tree.open('');
  try {
    await isMarked(root, directory, manifest, force);
    return tree;
  } finally {
    await root.close();
  }
}

async function isMarked(
  root: OpenDirectory,
  directory: string,
  manifest: Manifest,
  force: boolean,
): Promise<boolean> {
  const found = await readMarker(root);
  if (found === manifest.progress.state().marker) return true;
  const isNew = manifest.count() === 0;
  if (found === null && !isNew && !force) {
    throw new BridgeError(
      'strm-root-unusable',
      `${directory} is not what was written before: ${MARKER_NAME} is missing`,
      {
        hint: 'Mount the disk it is on. If it was emptied on purpose, run `fichier-bridge strm sync --full`.',
      },
    );
  }
  if (found !== null && !isNew) {
    throw new BridgeError(
      'strm-root-unusable',
      `another bridge writes to ${directory} (see ${MARKER_NAME} in it)`,
      {
        hint: 'Give each bridge a directory of its own, or remove that file if the other bridge is no more.',
      },
    );
  }
  return false;
}

async function readMarker(root: OpenDirectory): Promise<string | null> {
  try {
    const handle = await open(root.address(MARKER_NAME), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST);
      return buffer.toString('utf8', 0, bytesRead).trim();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function writeMarker(root: OpenDirectory, marker: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const handle = await open(root.address(MARKER_NAME), flags, 0o644);
  try {
    await handle.writeFile(`${marker}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await root.sync();
}

function unusable(directory: string, error: unknown): BridgeError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BridgeError('strm-root-unusable', `${directory} cannot be used: ${reason}`, { cause: error });
}
