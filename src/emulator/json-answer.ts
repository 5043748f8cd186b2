import type { Random } from '../clock.ts';

/** JSON as the API writes it: keys in an order that changes from answer to answer, indented on request. */
export function answerText(body: unknown, shuffleKeys: boolean, pretty: boolean, random: Random): string {
  return JSON.stringify(shuffleKeys ? shuffled(body, new Map(), random) : body, null, pretty ? 3 : undefined);
}

/** One order per answer, as of a hash table with a new seed: objects alike in an answer are ordered alike. */
function shuffled(value: unknown, ranks: Map<string, number>, random: Random): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, ranks, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    let rank = ranks.get(key);
    if (rank === undefined) ranks.set(key, (rank = random()));
    return { rank, entry: [key, shuffled(inner, ranks, random)] as const };
  });
  return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
}
