import { folderAbove } from './changed-folders.ts';
import type { PathChange } from './notifier.ts';

type Kind = PathChange['kind'];

/** Changes that wait for one server. Bounded: too many are told by the folders above them, never dropped. */
export class PendingChanges {
  readonly #most: number;
  #kinds = new Map<string, Kind>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kinds.size;
  }

  add(changes: readonly PathChange[]): void {
    for (const { path, kind } of changes) {
      this.#kinds.set(path, merged(this.#kinds.get(path), kind));
      if (this.#kinds.size > this.#most) this.#rise();
    }
  }

  take(): PathChange[] {
    const taken = [...this.#kinds].map(([path, kind]) => ({ path, kind }));
    this.#kinds = new Map();
    return taken;
  }

  /** Puts back what could not be told; what came in the meantime is newer. */
  restore(changes: readonly PathChange[]): void {
    const newer = this.take();
    this.add(changes);
    this.add(newer);
  }

  /** Replaces the deepest paths by the folders above them, level by level, until they are few enough. */
  #rise(): void {
    while (this.#kinds.size > this.#most) {
      const deepest = Math.max(...[...this.#kinds.keys()].map(depthOf));
      const risen = new Map<string, Kind>();
      for (const [path, kind] of this.#kinds) {
        if (depthOf(path) < deepest) risen.set(path, kind);
        else risen.set(folderAbove(path), 'modified');
      }
      if (deepest === 0) break;
      this.#kinds = risen;
    }
  }
}

function depthOf(path: string): number {
  return folderAbove(path) === path ? 0 : path.split(/[/\\]/).length;
}

function merged(before: Kind | undefined, kind: Kind): Kind {
  if (before === 'created' && kind === 'modified') return 'created';
  return before === 'deleted' && kind === 'created' ? 'modified' : kind;
}
