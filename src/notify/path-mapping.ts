import { isInside } from './changed-folders.ts';

export interface PathMapping {
  readonly from: string;
  readonly to: string;
}

/** The path by which another machine or container sees one of this; without a mapping it is the same. */
export function mappedPath(path: string, mappings: readonly PathMapping[]): string {
  const [mapping] = mappings
    .filter(({ from }) => isInside(path, from))
    .sort((left, right) => right.from.length - left.from.length);
  if (mapping === undefined) return path;
  const rest = path.slice(mapping.from.replace(/[/\\]+$/, '').length);
  const isWindows = mapping.to.includes('\\') || (/^[a-z]:/i.test(mapping.to) && !mapping.to.includes('/'));
  const there = mapping.to.replace(/[/\\]+$/, '') + (isWindows ? rest.replaceAll('/', '\\') : rest);
  return there === '' ? mapping.to : there;
}
