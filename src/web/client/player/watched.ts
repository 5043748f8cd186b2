import { readJson, writeJson } from '../preferences/preferences.ts';

/** How far a film was watched in this browser; seconds. */
export interface Watched {
  readonly position: number;
  readonly duration: number;
}

const KEY = 'fichier-bridge:watched';
const MOST_KEPT = 500;
/** Before this many seconds a film has hardly begun; after the share it has ended, credits aside. */
const BEGUN_SECONDS = 15;
const ENDED_SHARE = 0.95;

/** Where films were left, by file id, so that they go on from there. */
export class WatchedFilms {
  readonly #storage: Storage;
  readonly #films: Map<string, Watched>;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#films = new Map(readFilms(storage));
  }

  /** Seconds; 0: from the beginning. */
  resumePosition(fileId: string): number {
    return this.#films.get(fileId)?.position ?? 0;
  }

  /** From 0 to 1; null: not begun, or seen to its end. */
  share(fileId: string): number | null {
    const watched = this.#films.get(fileId);
    return watched === undefined ? null : watched.position / watched.duration;
  }

  note(fileId: string, { position, duration }: Watched): void {
    this.#films.delete(fileId);
    if (position >= BEGUN_SECONDS && duration > 0 && position < duration * ENDED_SHARE) {
      this.#films.set(fileId, { position, duration });
    }
    for (const oldest of this.#films.keys()) {
      if (this.#films.size <= MOST_KEPT) break;
      this.#films.delete(oldest);
    }
    writeJson(this.#storage, KEY, Object.fromEntries(this.#films));
  }
}

function readFilms(storage: Storage): readonly (readonly [string, Watched])[] {
  const value = readJson(storage, KEY);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter((pair): pair is [string, Watched] => isWatched(pair[1]));
}

function isWatched(value: unknown): value is Watched {
  if (typeof value !== 'object' || value === null) return false;
  const { position, duration } = value as Record<string, unknown>;
  return typeof position === 'number' && typeof duration === 'number' && duration > 0;
}
