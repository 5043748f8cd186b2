import { BridgeError } from '../../errors.ts';
import { formatBytes } from '../format.ts';
import type { LibraryAccess, ListedEntry } from '../library-access.ts';

interface Amount {
  readonly folders: number;
  readonly files: number;
  /** Of all files together, bytes. */
  readonly bytes: number;
}

/** What is to be removed. */
export interface Removal {
  /** What was asked for, each with what is in it. */
  readonly named: readonly (Amount & { readonly path: string })[];
  /** Every path, in an order in which each folder comes after all that is in it. */
  readonly paths: readonly string[];
}

/**
 * Looks at everything that goes along, reading what was never read.
 *
 * @throws BridgeError `file-not-found`, or `bad-request` for a folder without `recursive` and for the root.
 */
export async function planRemoval(
  library: LibraryAccess,
  named: readonly string[],
  recursive: boolean,
): Promise<Removal> {
  const amounts: (Amount & { readonly path: string })[] = [];
  const paths = new Set<string>();
  for (const path of named) {
    if (path === '/') throw new BridgeError('bad-request', 'the root of the library cannot be removed');
    const entry = await library.entryAt(path);
    if (entry === null) throw new BridgeError('file-not-found', `the library has no ${path}`);
    if (entry.kind === 'folder' && !recursive) {
      throw new BridgeError('bad-request', `${path} is a folder`, {
        hint: 'Give -r to remove it with all that is in it.',
      });
    }
    const within = await contentsFirst(library, entry);
    for (const member of within) paths.add(member.path);
    amounts.push({ path, ...amountOf(within) });
  }
  return { named: amounts, paths: [...paths] };
}

async function contentsFirst(library: LibraryAccess, entry: ListedEntry): Promise<readonly ListedEntry[]> {
  if (entry.kind === 'file') return [entry];
  const within: ListedEntry[] = [];
  for await (const child of library.list(entry.path)) within.push(...(await contentsFirst(library, child)));
  return [...within, entry];
}

function amountOf(entries: readonly ListedEntry[]): Amount {
  const files = entries.filter(({ kind }) => kind === 'file');
  const bytes = files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return { folders: entries.length - files.length, files: files.length, bytes };
}

export function describeRemoval({ folders, files, bytes }: Amount): string {
  if (folders === 0) return ` (${formatBytes(bytes)})`;
  return `, a folder with ${folders - 1} folders and ${files} files in it (${formatBytes(bytes)})`;
}
