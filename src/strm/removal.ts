import type { Library } from '../library/library.ts';
import type { DueFolders } from './due-folders.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import type { FileKind, WantedFiles } from './wanted.ts';

interface Removable {
  /** Confirmed gone from the library, or not wanted by the rules any more. */
  readonly going: readonly OwnedFile[];
  /** The library has yet to be read in full before it can be said that they are gone. */
  readonly unsure: readonly OwnedFile[];
}

interface RemovalParts {
  readonly library: Pick<Library, 'fileById'>;
  readonly manifest: Manifest;
  readonly wanted: WantedFiles;
}

/** Sorts out which of the files that their folders do not want any more may go. */
export function removable(leaving: Iterable<OwnedFile>, due: DueFolders, parts: RemovalParts): Removable {
  const { library, manifest, wanted } = parts;
  const going: OwnedFile[] = [];
  const unsure: OwnedFile[] = [];
  const wantedIn = new Map<number, ReadonlySet<string>>();
  const isWantedIn = (folderId: number, { kind, fileId }: OwnedFile): boolean => {
    const known = wantedIn.get(folderId) ?? new Set(wanted.inFolder(folderId).map(identityOf));
    wantedIn.set(folderId, known);
    return known.has(identityOf({ kind, fileId }));
  };
  for (const former of leaving) {
    const owned = manifest.byKey(former.key);
    if (owned === null || owned.fileId !== former.fileId || owned.folderId !== former.folderId) continue;
    const entry = library.fileById(owned.fileId);
    if (entry !== null && isWantedIn(entry.parentId, owned)) continue;
    if (owned.kind === 'nfo' && entry !== null && isWantedIn(entry.parentId, { ...owned, kind: 'strm' }))
      continue;
    // A folder that the rules name and nobody finds may be a slip of the pen, or the library's.
    const isCertain = entry === null ? due.isCertain : due.missing.length === 0;
    (isCertain ? going : unsure).push(owned);
  }
  return { going, unsure };
}

function identityOf({ kind, fileId }: { readonly kind: FileKind; readonly fileId: string }): string {
  return `${kind} ${fileId}`;
}
