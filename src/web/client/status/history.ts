import type { BytesBySource, Status } from './status.ts';

/** What went on between two looks at the status. */
export interface Sample {
  /** Bytes per second to all readers. */
  readonly rate: number;
  /** 0 to 1: the share of those bytes that came from the cache; null when there were none. */
  readonly hitShare: number | null;
}

/** The latest samples, the oldest first. */
export class StatusHistory {
  readonly #length: number;
  #samples: readonly Sample[] = [];
  #last: { readonly at: number; readonly read: BytesBySource } | null = null;

  /** @param length most samples to keep. */
  constructor(length: number) {
    this.#length = length;
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  add({ at, cache }: Pick<Status, 'at' | 'cache'>): void {
    const now = { at: Date.parse(at), read: cache.read };
    const last = this.#last;
    this.#last = now;
    if (last === null) return;
    const seconds = (now.at - last.at) / 1000;
    const cached = now.read.memory + now.read.disk - last.read.memory - last.read.disk;
    const all = cached + now.read.upstream - last.read.upstream;
    // A bridge that was started anew counts from 0; a clock that was set back has no seconds to speak of.
    if (seconds <= 0 || all < 0) return;
    const sample = { rate: all / seconds, hitShare: all === 0 ? null : cached / all };
    this.#samples = [...this.#samples, sample].slice(-this.#length);
  }
}
