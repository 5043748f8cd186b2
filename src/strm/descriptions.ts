import type { FileEntry } from '../library/entry.ts';

/** Where the texts of .nfo files come from. */
export interface Descriptions {
  /** The text for a file at a path of the library; null: nothing is known of it, or it needs none. */
  textFor(file: FileEntry, path: string): string | null;
  /** The files of which more is known than when an earlier answer gave `cursor`; -1 is the beginning. */
  newsSince(cursor: number): { readonly cursor: number; readonly fileIds: readonly string[] };
}
