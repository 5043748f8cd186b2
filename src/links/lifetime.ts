/** How long a direct link is trusted without having been refused (API document section 3, "Lifetime"). */
export type LinkLifetime =
  /** What 1fichier documents: 5 minutes to the first request, 30 more from then on. */
  | { readonly profile: 'documented' }
  /** What is seen in practice: good until refused, or until this age. */
  | { readonly profile: 'lenient'; readonly maxAgeMs: number };

export interface LinkHistory {
  /** ms since the epoch. */
  readonly mintedAt: number;
  /** When the storage host first served bytes for it (ms since the epoch); null: not yet. */
  readonly firstUsedAt: number | null;
}

/** Both a little under the documented 5 and 30 minutes, so that a request sent in time also arrives in time. */
const DOCUMENTED_UNUSED_MS = 4.5 * 60_000;
const DOCUMENTED_USED_MS = 28 * 60_000;

/**
 * Whether a link can be used without asking for another. A link from the future was minted before the machine's
 * clock was set back: its age is unknown, and asking once more costs less than a refusal.
 */
export function isWithinLifetime(link: LinkHistory, now: number, lifetime: LinkLifetime): boolean {
  if (lifetime.profile === 'lenient') return isWithin(now - link.mintedAt, lifetime.maxAgeMs);
  return link.firstUsedAt === null
    ? isWithin(now - link.mintedAt, DOCUMENTED_UNUSED_MS)
    : isWithin(now - link.firstUsedAt, DOCUMENTED_USED_MS);
}

function isWithin(ageMs: number, limitMs: number): boolean {
  return ageMs >= 0 && ageMs < limitMs;
}
