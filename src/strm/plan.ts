import { BridgeError } from '../errors.ts';
import { distinctPath, foldersAbove, joinPath, parentOf, pathKey, type LocalPath } from './local-path.ts';
import type { OwnedFile } from './owned-file.ts';
import type { WantedFile } from './wanted.ts';

export interface Write {
  readonly wanted: WantedFile;
  readonly path: LocalPath;
  /** The file that is written again, perhaps for another of the library that takes its place; null: it is new. */
  readonly owned: OwnedFile | null;
}

export interface Rename {
  readonly owned: OwnedFile;
  readonly path: LocalPath;
  /** Null: it only steps aside, to break a circle. */
  readonly wanted: WantedFile | null;
  /** A file that is wanted no longer and has the path until then. */
  readonly replaces: OwnedFile | null;
}

/** What brings the files of some folders in line with the library, in the order in which it is to be done. */
export interface Plan {
  /** Within one wave no rename waits for another. */
  readonly renames: readonly (readonly Rename[])[];
  readonly writes: readonly Write[];
  /** Stay as they are on disk. */
  readonly kept: readonly { readonly owned: OwnedFile; readonly wanted: WantedFile }[];
  /** Not wanted by these folders; whether they may go is decided when every folder has been looked at. */
  readonly leaving: readonly OwnedFile[];
  /** Their places are held by files that other folders are about to move: to be planned again after those. */
  readonly deferred: readonly WantedFile[];
}

/** What the planner asks about files beyond the folders it plans for. */
export interface Surroundings {
  /** The file of the manifest that has a path. */
  holder(key: string): OwnedFile | null;
  /** The file of the manifest for a wanted one, whatever folder it was in. */
  ownedFor(wanted: WantedFile): OwnedFile | null;
  /** Whether a file beyond these folders may still give up its path in this run. */
  mayMove(holder: OwnedFile): boolean;
  /** Whether a file beyond these folders was found to be wanted no longer. */
  isLeaving(holder: OwnedFile): boolean;
}

/**
 * Compares what is wanted of some folders with what the manifest knows of them. A file keeps its path as long as its
 * place stays the same; no two paths are equal to a file system that ignores case or Unicode form.
 *
 * @param owned every file of the manifest in those folders.
 */
export function planFor(
  wanted: readonly WantedFile[],
  owned: readonly OwnedFile[],
  surroundings: Surroundings,
): Plan {
  return new Planner(wanted, owned, surroundings).plan();
}

interface Draft {
  readonly renames: Rename[];
  readonly writes: Write[];
  readonly kept: { owned: OwnedFile; wanted: WantedFile }[];
}

class Planner {
  readonly #surroundings: Surroundings;
  readonly #staying: { owned: OwnedFile; wanted: WantedFile }[] = [];
  /** New, or wanted at another place than before; `owned` is null for a new one. */
  readonly #coming: { owned: OwnedFile | null; wanted: WantedFile }[] = [];
  readonly #leaving = new Map<number, OwnedFile>();
  /** Keys of the rows that give up their paths in this plan. */
  readonly #vacating = new Set<number>();
  /** Path keys that have an owner once the plan is done. */
  readonly #assigned = new Set<string>();
  /** Path keys of directories that are needed: no file may stand there. */
  readonly #directories = new Set<string>();

  constructor(wanted: readonly WantedFile[], owned: readonly OwnedFile[], surroundings: Surroundings) {
    this.#surroundings = surroundings;
    const known = new Map(owned.map((file) => [`${file.kind} ${file.fileId}`, file]));
    for (const file of owned) this.#leaving.set(file.key, file);
    for (const one of wanted) {
      const file = known.get(`${one.kind} ${one.fileId}`) ?? surroundings.ownedFor(one);
      if (file?.place === one.place) this.#staying.push({ owned: file, wanted: one });
      else this.#coming.push({ owned: file, wanted: one });
      if (file !== null) this.#leaving.delete(file.key);
      for (const folder of foldersAbove(pathKey(one.place))) this.#directories.add(folder);
    }
    for (const file of this.#leaving.values()) this.#vacating.add(file.key);
    for (const { owned: file } of this.#coming) if (file !== null) this.#vacating.add(file.key);
  }

  plan(): Plan {
    for (const { owned } of this.#staying) this.#assigned.add(owned.pathKey);
    const deferred = this.#defer();
    const draft: Draft = { renames: [], writes: [], kept: [] };
    for (const coming of this.#coming) if (!deferred.has(coming.wanted)) this.#place(coming, draft);
    for (const { owned, wanted } of this.#staying) {
      if (owned.source === wanted.source) draft.kept.push({ owned, wanted });
      else draft.writes.push({ owned, wanted, path: owned.path });
    }
    return {
      renames: inWaves(draft.renames),
      writes: draft.writes,
      kept: draft.kept,
      leaving: [...this.#leaving.values()],
      deferred: [...deferred],
    };
  }

  /** What waits for other folders stays where it is, and so may make others wait in turn. */
  #defer(): Set<WantedFile> {
    const deferred = new Set<WantedFile>();
    for (let before = -1; before !== deferred.size;) {
      before = deferred.size;
      for (const { owned, wanted } of this.#coming) {
        const holder = deferred.has(wanted) ? null : this.#blocker(pathKey(wanted.place), owned);
        if (holder === null || !this.#surroundings.mayMove(holder)) continue;
        deferred.add(wanted);
        if (owned !== null) this.#vacating.delete(owned.key);
      }
    }
    return deferred;
  }

  #place(
    { owned, wanted }: { readonly owned: OwnedFile | null; readonly wanted: WantedFile },
    { renames, writes, kept }: Draft,
  ): void {
    const free = distinctPath(wanted.place, (key) => this.#isTaken(key, owned));
    const key = pathKey(free);
    this.#assigned.add(key);
    const former = this.#formerOf(key);
    // Its very path: one that differs in case would be another file on most systems.
    const path = former?.path ?? free;
    if (owned === null) {
      writes.push({ wanted, path, owned: former });
      return;
    }
    if (path !== owned.path) renames.push({ owned, path, wanted, replaces: former });
    if (owned.source !== wanted.source) writes.push({ wanted, path, owned });
    else if (path === owned.path) kept.push({ owned, wanted });
  }

  #isTaken(key: string, owned: OwnedFile | null): boolean {
    return this.#assigned.has(key) || this.#directories.has(key) || this.#blocker(key, owned) !== null;
  }

  /** Who has a path and does not give it up in this plan. */
  #blocker(key: string, asking: OwnedFile | null): OwnedFile | null {
    const holder = this.#surroundings.holder(key);
    if (holder === null || holder.key === asking?.key || this.#vacating.has(holder.key)) return null;
    return this.#surroundings.isLeaving(holder) ? null : holder;
  }

  /** A file that leaves hands its path on: what players know by that path goes on to exist. */
  #formerOf(key: string): OwnedFile | null {
    const holder = this.#surroundings.holder(key);
    if (holder === null) return null;
    return this.#leaving.delete(holder.key) || this.#surroundings.isLeaving(holder) ? holder : null;
  }
}

/** Orders renames so that each finds its path free; of a circle one steps aside first. */
function inWaves(renames: readonly Rename[]): Rename[][] {
  const waves: Rename[][] = [];
  const occupied = new Map(renames.map((rename) => [rename.owned.pathKey, rename]));
  let waiting = [...renames];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ owned, path }) => {
      const holder = occupied.get(pathKey(path));
      return holder === undefined || holder.owned.key === owned.key;
    });
    if (ready.length > 0) {
      waves.push(ready);
      const done = new Set(ready);
      waiting = waiting.filter((rename) => !done.has(rename));
      for (const { owned } of ready) occupied.delete(owned.pathKey);
    } else {
      const aside = oneOfCircle(waiting, occupied);
      waves.push([{ ...aside, path: asideOf(aside.owned), wanted: null, replaces: null }]);
      occupied.delete(aside.owned.pathKey);
    }
  }
  return waves;
}

/** Where each waits for another, whoever comes up a second time is part of a circle. */
function oneOfCircle(waiting: readonly Rename[], occupied: ReadonlyMap<string, Rename>): Rename {
  const seen = new Set<Rename>();
  let [rename] = waiting;
  while (rename !== undefined && !seen.has(rename)) {
    seen.add(rename);
    rename = occupied.get(pathKey(rename.path));
  }
  if (rename === undefined) throw new BridgeError('internal', 'renames wait for nobody');
  return rename;
}

function asideOf({ path, key }: OwnedFile): LocalPath {
  const parent = parentOf(path);
  return joinPath(parent === '' ? [] : [parent], `.fichier-bridge-${key}.aside`);
}
