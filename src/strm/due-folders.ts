import type { FolderEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import type { Descriptions } from './descriptions.ts';
import type { Manifest } from './manifest.ts';
import type { RootState } from './root-progress.ts';
import type { StrmRoot } from './rules.ts';

/** What one run has to compare. */
export interface DueFolders {
  readonly folderIds: ReadonlySet<number>;
  /** What is to be kept once these folders are entered as due. */
  readonly state: Omit<RootState, 'marker' | 'heldSince'>;
  /** Whether a file that the library lacks is gone for certain, or may only not have been found again yet. */
  readonly isCertain: boolean;
  /** Since when so much seemed gone that it was kept, with folders not read since; null: there is no such doubt. */
  readonly doubtSince: number | null;
  /** Folders that the rules name and the library lacks. */
  readonly missing: readonly string[];
}

export interface DueQuestion {
  readonly library: Library;
  readonly manifest: Manifest;
  readonly root: StrmRoot;
  /** Fingerprint of the rules of now. */
  readonly rules: string;
  readonly descriptions: Descriptions | null;
  readonly everything: boolean;
  /** ms since the epoch. */
  readonly now: number;
  /** Called now and then, to let others have the thread. */
  readonly breathe: () => Promise<void>;
}

/** Finds the folders to compare: those with changes and with films that were looked into since the last run, or all of them when that cannot be told. */
export async function dueFolders(question: DueQuestion): Promise<DueFolders> {
  const { library, manifest, root, rules, descriptions, now } = question;
  const before = manifest.progress.state();
  const news = descriptions?.newsSince(before.described ?? -1) ?? null;
  const changes = library.changesSince(before.cursor ?? 0);
  const isContinuous = before.cursor !== null && changes.continuous;
  const unsureSince = before.cursor !== null && !changes.continuous ? now : before.unsureSince;
  const due = new Set(manifest.progress.due());
  const tops = root.rules.map(({ from }) => ({ from, entry: library.entryAt(from) }));
  const missing = tops.filter(({ entry }) => entry?.kind !== 'folder').map(({ from }) => from);

  if (question.everything || !isContinuous || before.rules !== rules) {
    for (const id of manifest.folderIds()) due.add(id);
    for await (const folder of foldersBelow(library, tops, question.breathe)) due.add(folder.id);
  } else {
    await addChanged(due, changes, question);
    for (const id of news?.fileIds ?? []) {
      const file = library.fileById(id);
      if (file !== null) due.add(file.parentId);
    }
  }
  const isComplete = unsureSince === null || (await isListedSince(unsureSince, tops, question));
  const isReadSinceHeld =
    before.heldSince === null || (await isListedSince(before.heldSince, tops, question));
  return {
    folderIds: due,
    state: {
      cursor: changes.cursor,
      described: news?.cursor ?? before.described,
      rules,
      unsureSince: isComplete ? null : unsureSince,
    },
    isCertain: isComplete && missing.length === 0,
    doubtSince: isReadSinceHeld ? null : before.heldSince,
    missing,
  };
}

type Tops = readonly { readonly entry: ReturnType<Library['entryAt']> }[];

async function addChanged(
  due: Set<number>,
  { changed, removed }: ReturnType<Library['changesSince']>,
  { library, manifest, breathe }: DueQuestion,
): Promise<void> {
  let count = 0;
  const note = (folderId: number): void => {
    due.add(folderId);
    // What describes a show lies beside the folders of its seasons.
    const parent = library.folderById(folderId)?.parentId;
    if (parent != null) due.add(parent);
  };
  for (const { entry } of changed) {
    note(entry.parentId);
    for (const { folderId } of manifest.byFile(entry.id)) note(folderId);
    if (++count % 200 === 0) await breathe();
  }
  for (const id of removed) {
    for (const { folderId } of manifest.byFile(id)) note(folderId);
    if (++count % 200 === 0) await breathe();
  }
}

/** Whether each folder that the rules name, and each below, was listed in full since a moment. */
async function isListedSince(
  moment: number,
  tops: Tops,
  { library, breathe }: DueQuestion,
): Promise<boolean> {
  if (library.crawlStatus().foldersAtCap > 0) return false;
  for await (const folder of foldersBelow(library, tops, breathe)) {
    if (folder.listedAt === null || folder.listedAt < moment) return false;
  }
  return true;
}

async function* foldersBelow(
  library: Library,
  tops: Tops,
  breathe: () => Promise<void>,
): AsyncGenerator<FolderEntry, void, undefined> {
  const open = tops.flatMap(({ entry }) => (entry?.kind === 'folder' ? [entry] : []));
  let count = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    yield folder;
    for (const entry of library.children(folder.id)) {
      if (entry.kind === 'file') break;
      open.push(entry);
    }
    if (++count % 100 === 0) await breathe();
  }
}
