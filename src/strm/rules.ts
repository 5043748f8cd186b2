import { hashOf } from './content-hash.ts';

/** Which files of one remote folder become files below a root, and where there. */
export interface StrmRule {
  /** Path in the library: '/' and decoded names. */
  readonly from: string;
  /** Globs on the path below `from`, or on the name alone where they hold no slash; empty: everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Bytes; smaller video and audio files are passed over. */
  readonly minSize: number;
  /** Everything straight into one directory. */
  readonly flatten: boolean;
  /** `mirror`: as at 1fichier. `organised`: by film and episode, as far as the name tells. */
  readonly layout: 'mirror' | 'organised';
}

/** A local directory of .strm files with what goes into it; where two rules want a file, the first has it. */
export interface StrmRoot {
  /** Absolute. */
  readonly directory: string;
  readonly rules: readonly StrmRule[];
}

/** What becomes of subtitles, .nfo files and artwork beside a film: `link` points into a mounted library. */
export type Companions = 'copy' | 'link' | 'none';

/** Names everything that decides what is written: another fingerprint means that all of it is compared. */
export function fingerprint(parts: unknown): string {
  return hashOf(JSON.stringify(parts));
}
