import { join } from 'node:path';
import type { PathChange } from '../notify/notifier.ts';
import type { Outcome } from '../strm/outcome.ts';

/** What media servers need to know of what a run did; what was left as it is is no news. */
export function changesOf(directory: string, outcomes: readonly Outcome[]): PathChange[] {
  return outcomes.flatMap(({ deed, path, from, obstacle }): PathChange[] => {
    if (obstacle !== null) return [];
    const before: PathChange[] = from === undefined ? [] : [{ path: join(directory, from), kind: 'deleted' }];
    return [...before, { path: join(directory, path), kind: KINDS[deed] }];
  });
}

const KINDS = { create: 'created', update: 'modified', rename: 'created', remove: 'deleted' } as const;
