import type { Library } from '../library/library.ts';
import type { DueFolders } from './due-folders.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import type { HeldBack } from './report.ts';
import type { FileKind, WantedFiles } from './wanted.ts';

interface Removals {
  /** May go now. */
  readonly going: readonly OwnedFile[];
  /** Stay for now, and their folders due. */
  readonly waiting: readonly OwnedFile[];
  /** Why they wait; null: none does. */
  readonly heldBack: HeldBack | null;
  /** Since when so much seems gone that it is kept, ms since the epoch; null: it does not. */
  readonly heldSince: number | null;
}

interface RemovalParts {
  readonly library: Pick<Library, 'fileById' | 'crawlStatus'>;
  readonly manifest: Manifest;
  readonly wanted: WantedFiles;
  /** Share of the files (0 to 1) of which more do not go unless that is allowed. */
  readonly mostRemoved: number;
  readonly isAllowed: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** So few may always be removed: a share says little of a handful. */
const FEW = 5;
/** What goes bit by bit within this time (ms) counts as going at once. */
export const AT_ONCE_MS = 24 * 3_600_000;
const MOST_SAMPLES = 10;

/** Decides which of the files that their folders do not want any more may go. */
export function removals(leaving: Iterable<OwnedFile>, due: DueFolders, parts: RemovalParts): Removals {
  const { gone, unsure } = sorted(leaving, due, parts);
  const all = [...gone, ...unsure];
  const keepAll = (because: HeldBack['because'], heldSince: number): Removals => {
    return { going: [], waiting: all, heldBack: heldBack(because, all, parts), heldSince };
  };
  if (gone.length > 0 && !parts.isAllowed) {
    if (isTooMuch(gone.length, parts)) return keepAll('too-many', parts.now);
    if (lacksMuch(parts)) return keepAll('not-confirmed', parts.now);
    // What is back may be back in part: a folder of it that is known again and still to be read looks empty.
    if (due.doubtSince !== null) return keepAll('not-confirmed', due.doubtSince);
  }
  const waits = unsure.length === 0 ? null : heldBack('not-confirmed', unsure, parts);
  const heldSince = parts.isAllowed ? null : due.doubtSince;
  return { going: gone, waiting: unsure, heldBack: waits, heldSince };
}

function isTooMuch(count: number, { manifest, mostRemoved, now }: RemovalParts): boolean {
  const before = manifest.progress.removedSince(now - AT_ONCE_MS);
  return exceeds(before + count, before + manifest.count(), mostRemoved);
}

/**
 * Whether the library misses so much that more is about to go than what is confirmed gone by now: an account that
 * seems empty is not confirmed so for each folder in the same moment.
 */
function lacksMuch({ library, mostRemoved }: RemovalParts): boolean {
  const { entriesMissing, filesKnown } = library.crawlStatus();
  return exceeds(entriesMissing, filesKnown, mostRemoved);
}

function exceeds(count: number, total: number, share: number): boolean {
  return count > FEW && count > total * share;
}

function heldBack(
  because: HeldBack['because'],
  files: readonly OwnedFile[],
  { manifest }: RemovalParts,
): HeldBack {
  const sample = files.slice(0, MOST_SAMPLES).map(({ path }) => path);
  return { because, count: files.length, of: manifest.count(), sample };
}

interface Sorted {
  /** Confirmed gone from the library, or not wanted by the rules any more. */
  readonly gone: readonly OwnedFile[];
  /** The library has yet to be read in full before it can be said that they are gone. */
  readonly unsure: readonly OwnedFile[];
}

function sorted(leaving: Iterable<OwnedFile>, due: DueFolders, parts: RemovalParts): Sorted {
  const { library, manifest, wanted } = parts;
  const gone: OwnedFile[] = [];
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
    (isCertain ? gone : unsure).push(owned);
  }
  return { gone, unsure };
}

function identityOf({ kind, fileId }: { readonly kind: FileKind; readonly fileId: string }): string {
  return `${kind} ${fileId}`;
}
