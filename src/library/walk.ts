import type { Entry, FolderEntry } from './entry.ts';
import type { Library } from './library.ts';
import { shownForms } from './shown-forms.ts';

/**
 * The entry at a path of decoded names, each as the library shows it or as 1fichier has it. Unlike `entryAt` it reads
 * folders on the way that were never read, so that what the crawl has not reached yet is found too. Null: no such entry.
 *
 * @throws BridgeError as FichierApi does, where a folder has to be read.
 */
export async function walkTo(library: Library, path: string, signal?: AbortSignal): Promise<Entry | null> {
  let entry: Entry = library.root();
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (entry.kind !== 'folder') return null;
    await readOnce(library, entry, signal);
    const at: string = library.pathOf(entry).replace(/\/$/, '');
    const child: Entry | null = shownForms(name).reduce<Entry | null>(
      (found, form) => found ?? library.entryAt(`${at}/${form}`),
      null,
    );
    if (child === null) return null;
    entry = child;
  }
  return entry;
}

/** Reads a folder that was never read. */
export async function readOnce(library: Library, folder: FolderEntry, signal?: AbortSignal): Promise<void> {
  if (folder.listedAt !== null) return;
  await library.refresh(folder.id, { recursive: false, priority: 'browse', signal });
}
