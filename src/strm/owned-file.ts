import type { LocalPath } from './local-path.ts';
import type { FileKind } from './wanted.ts';

/** A file that the bridge wrote, or began to write. */
export interface OwnedFile {
  readonly key: number;
  readonly path: LocalPath;
  readonly pathKey: string;
  readonly place: LocalPath;
  readonly kind: FileKind;
  readonly fileId: string;
  readonly folderId: number;
  readonly source: string;
  /** Of the bytes that were written; null: nothing was yet. */
  readonly hash: string | null;
}
