import { collisionKey, distinctName } from '../library/names.ts';

/** A path below a root of .strm files: safe names joined by '/', without one at either end. */
export type LocalPath = string;

/** The file in each root by which it is known again; nothing else may have its name there. */
export const MARKER_NAME = '.fichier-bridge';

/** The path of what the library wants in some folders: a folder that bears the name of the marker gives way to it. */
export function placeIn(folders: readonly string[], name: string): LocalPath {
  const [top, ...others] = folders;
  const isMarker = top !== undefined && pathKey(top) === pathKey(MARKER_NAME);
  return joinPath(isMarker ? [`_${top}`, ...others] : folders, name);
}

export function joinPath(folders: readonly string[], name: string): LocalPath {
  return [...folders, name].join('/');
}

/** '' for what lies in the root itself. */
export function parentOf(path: LocalPath): LocalPath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: LocalPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every folder that a path lies in, the innermost first, without the root. */
export function* foldersAbove(path: LocalPath): Generator<LocalPath> {
  for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) yield folder;
}

/** Paths with equal keys cannot stand side by side on a file system that ignores case or Unicode form. */
export function pathKey(path: LocalPath): string {
  return path.split('/').map(collisionKey).join('/');
}

/** `path`, or, when its key is taken, the same with the first number before the extension that is free. */
export function distinctPath(path: LocalPath, isTaken: (key: string) => boolean): LocalPath {
  const folder = parentOf(path);
  const prefix = folder === '' ? '' : `${folder}/`;
  const keyPrefix = folder === '' ? '' : `${pathKey(folder)}/`;
  return prefix + distinctName(nameOf(path), (key) => isTaken(keyPrefix + key));
}

/** Whether a path can only lead to a place below its root, through names that are a single segment each. */
export function isWithinRoot(path: LocalPath): boolean {
  return path
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !/[\0\\]/.test(name));
}

/** A name without its extension; a dot at the beginning begins none. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 1 ? name : name.slice(0, dot);
}
