import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BridgeError } from '../../errors.ts';
import { isDesktopBookkeeping } from '../../webdav/local-files.ts';
import { joinRemote } from '../remote-path.ts';

/** A file of this machine and where it goes. */
export interface LocalFile {
  readonly path: string;
  /** Bytes, when it was looked at. */
  readonly size: number;
  /** Path in the library. */
  readonly to: string;
}

export interface LocalTree {
  /** Paths in the library, each after the one above it. */
  readonly folders: readonly string[];
  readonly files: readonly LocalFile[];
  /** What is not sent, and why. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Everything below the named files and folders. Links are followed where they are named, and left out within folders,
 * where they may lead in circles.
 *
 * @throws BridgeError `bad-request` for what is not there or would meet another at its destination.
 */
export async function readLocalTree(named: readonly string[], to: string): Promise<LocalTree> {
  const tree = { folders: [to], files: [] as LocalFile[], leftOut: [] as LocalTree['leftOut'][number][] };
  const taken = new Map<string, string>();
  for (const path of named) {
    const target = joinRemote(to, basename(resolve(path)));
    const other = taken.get(target);
    if (other !== undefined) throw new BridgeError('bad-request', `${other} and ${path} have the same name`);
    taken.set(target, path);
    await add(tree, path, target, await statOf(path));
  }
  return tree;
}

type GrowingTree = { readonly [Key in keyof LocalTree]: LocalTree[Key][number][] };

async function add(tree: GrowingTree, path: string, to: string, stats: Stats): Promise<void> {
  if (stats.isFile()) {
    tree.files.push({ path, size: stats.size, to });
    return;
  }
  if (!stats.isDirectory()) {
    tree.leftOut.push({ path, reason: 'it is neither a file nor a folder' });
    return;
  }
  tree.folders.push(to);
  const children = await readdir(path, { withFileTypes: true });
  for (const child of children.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const below = join(path, child.name);
    if (child.isSymbolicLink()) tree.leftOut.push({ path: below, reason: 'it is a link' });
    else if (isDesktopBookkeeping(child.name)) {
      tree.leftOut.push({ path: below, reason: 'it is bookkeeping of a desktop' });
    } else await add(tree, below, joinRemote(to, child.name), await statOf(below));
  }
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeError('bad-request', `${path} cannot be read: ${reason}`, {
      cause: error,
      hint: 'Name files and folders that are there and yours to read.',
    });
  }
}
