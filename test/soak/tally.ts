import type { DoneRead } from './compared-read.ts';

/**
 * `viewer` plays at the rate of a film, `seeker` jumps about, `prober` looks at beginning and end, `leaver` hangs up at
 * once, `webdav` reads through /dav/, `sorter` reads what comes and goes.
 */
export const READER_KINDS = ['viewer', 'seeker', 'prober', 'leaver', 'webdav', 'sorter'] as const;
export type ReaderKind = (typeof READER_KINDS)[number];

export interface ReaderTally {
  readonly reads: number;
  readonly bytes: number;
  /** Reads that a stop of the bridge cut. */
  readonly interrupted: number;
  /** ms. */
  readonly longestWait: number;
}

const NOTHING: ReaderTally = { reads: 0, bytes: 0, interrupted: 0, longestWait: 0 };

/** What has been read so far. */
export class Tally {
  readonly failures: string[] = [];
  readonly #kinds = new Map<ReaderKind, ReaderTally>();

  of(kind: ReaderKind): ReaderTally {
    return this.#kinds.get(kind) ?? NOTHING;
  }

  total(): ReaderTally {
    return READER_KINDS.map((kind) => this.of(kind)).reduce((sum, one) => ({
      reads: sum.reads + one.reads,
      bytes: sum.bytes + one.bytes,
      interrupted: sum.interrupted + one.interrupted,
      longestWait: Math.max(sum.longestWait, one.longestWait),
    }));
  }

  read(kind: ReaderKind, { bytes, longestWait }: DoneRead): void {
    const sofar = this.of(kind);
    this.#kinds.set(kind, {
      ...sofar,
      reads: sofar.reads + 1,
      bytes: sofar.bytes + bytes,
      longestWait: Math.max(sofar.longestWait, longestWait),
    });
  }

  interrupted(kind: ReaderKind): void {
    const sofar = this.of(kind);
    this.#kinds.set(kind, { ...sofar, interrupted: sofar.interrupted + 1 });
  }

  failed(kind: ReaderKind, error: unknown): void {
    this.failures.push(`${kind}: ${String(error)}`);
  }
}
