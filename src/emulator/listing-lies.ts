import type { WireObject } from './api-call.ts';

export type ListingLie = 'empty' | 'half' | 'shrunken' | 'no-arrays' | 'wrong-count';

const ARRAYS = ['items', 'sub_folders'] as const;
/** folder/ls counts its files in `files`, file/ls in `count`. */
const COUNTS = ['files', 'count'] as const;

/** A true listing made false, as the live API has been seen or feared to answer. */
export function falsifiedListing(listing: WireObject, lie: ListingLie): WireObject {
  switch (lie) {
    case 'empty':
      return recounted(
        withArrays(listing, () => []),
        () => 0,
      );
    case 'half':
      return withArrays(listing, firstHalf);
    case 'shrunken':
      return recounted(withArrays(listing, firstHalf), (count) => Math.ceil(count / 2));
    case 'no-arrays':
      return Object.fromEntries(
        Object.entries(listing).filter(([key]) => !ARRAYS.some((name) => name === key)),
      );
    case 'wrong-count':
      return recounted(listing, (count) => count + 1);
  }
}

function withArrays(
  listing: WireObject,
  change: (items: readonly unknown[]) => readonly unknown[],
): WireObject {
  const changed = ARRAYS.flatMap((key) => {
    const items = listing[key];
    return Array.isArray(items) ? [[key, change(items)] as const] : [];
  });
  return { ...listing, ...Object.fromEntries(changed) };
}

function recounted(listing: WireObject, change: (count: number) => number): WireObject {
  const changed = COUNTS.flatMap((key) => {
    const count = listing[key];
    return typeof count === 'number' ? [[key, change(count)] as const] : [];
  });
  return { ...listing, ...Object.fromEntries(changed) };
}

function firstHalf(items: readonly unknown[]): readonly unknown[] {
  return items.slice(0, Math.ceil(items.length / 2));
}
