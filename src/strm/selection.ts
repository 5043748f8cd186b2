import picomatch from 'picomatch';
import type { FileEntry } from '../library/entry.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import type { StrmRule } from './rules.ts';

/** The globs of a rule, ready to be asked. */
export class Selection {
  readonly rule: StrmRule;
  readonly #includes: (path: string) => boolean;
  readonly #excludes: (path: string) => boolean;

  constructor(rule: StrmRule) {
    this.rule = rule;
    this.#includes = rule.include.length === 0 ? () => true : anyOf(rule.include);
    this.#excludes = rule.exclude.length === 0 ? () => false : anyOf(rule.exclude);
  }

  /** @param path below the rule's folder, without a slash at its beginning. */
  takesMedia(file: FileEntry, path: string): boolean {
    return isMedia(file) && file.size >= this.rule.minSize && this.#includes(path) && !this.#excludes(path);
  }

  /** What lies beside a film is not asked for by name, but can be kept away. */
  takesCompanion(path: string): boolean {
    return !this.#excludes(path);
  }
}

function isMedia(file: FileEntry): boolean {
  const kind = mediaKindOf(file.name, file.contentType);
  return kind === 'video' || kind === 'audio';
}

function anyOf(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.map((glob) =>
    picomatch(glob.replace(/^\//, ''), { dot: true, nocase: true, basename: !glob.includes('/') }),
  );
  return (path) => matchers.some((matches) => matches(path));
}
