import type { PathChange } from './notifier.ts';

/** What no folder lies above: the root of Unix, a drive of Windows, the host of an address. */
const TOP = /^(?:[a-z][a-z\d+.-]*:\/\/[^/]*\/?|[a-z]:[/\\]?|[/\\]?)/i;

/** Path of the folder above, in the notation of the path: of Unix, of Windows, or an address; itself at the top. */
export function folderAbove(path: string): string {
  const top = TOP.exec(path)?.[0] ?? '';
  const names = path.slice(top.length).replace(/[/\\]+$/, '');
  const end = Math.max(names.lastIndexOf('/'), names.lastIndexOf('\\'));
  return top + names.slice(0, Math.max(0, end));
}

export function isInside(path: string, folder: string): boolean {
  const trimmed = folder.replace(/[/\\]+$/, '');
  return (
    path === trimmed || path === folder || path.startsWith(`${trimmed}/`) || path.startsWith(`${trimmed}\\`)
  );
}

/** What we write has an extension; a folder whose name only seems to have one is told by the folder above it. */
const FILE = /\.[a-z\d]{2,4}$/i;

/** The folders to scan for some changes: none lies in another, and they are at most `most`. */
export function changedFolders(changes: readonly PathChange[], most: number): string[] {
  let folders = outermost(changes.map(({ path }) => (FILE.test(path) ? folderAbove(path) : path)));
  while (folders.length > most) {
    const above = outermost(folders.map(folderAbove));
    if (above.length === folders.length && above.every((folder, at) => folder === folders[at])) break;
    folders = above;
  }
  return folders;
}

function outermost(folders: readonly string[]): string[] {
  const kept: string[] = [];
  for (const folder of [...new Set(folders)].sort(byLengthThenName)) {
    if (!kept.some((other) => isInside(folder, other))) kept.push(folder);
  }
  return kept.sort();
}

function byLengthThenName(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1);
}
