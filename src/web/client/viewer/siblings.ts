import type { ApiClient } from '../api/client.ts';
import type { Entry, FileEntry, Listing, MediaKind } from '../api/types.ts';
import { parentPath } from '../routing/route.ts';

const PAGE = 1000;

/** The files of the folder that `file` is in, in natural order, itself among them. */
export async function siblingsOf(
  api: ApiClient,
  file: FileEntry,
  signal: AbortSignal,
): Promise<readonly FileEntry[]> {
  const files: FileEntry[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const parameters = { path: parentPath(file.path), offset, limit: PAGE };
    const page: Listing = await api.get<Listing>('entries', parameters, { signal });
    files.push(...page.entries.filter((entry: Entry) => entry.kind === 'file'));
    offset = page.nextOffset;
  }
  return files;
}

/** The nearest file of a kind after (1) or before (-1) `file`; null at the end. */
export function neighbour(
  siblings: readonly FileEntry[],
  file: FileEntry,
  kind: MediaKind,
  direction: 1 | -1,
): FileEntry | null {
  const ofKind = siblings.filter(({ media }) => media === kind);
  const at = ofKind.findIndex(({ id }) => id === file.id);
  return at < 0 ? null : (ofKind[at + direction] ?? null);
}
