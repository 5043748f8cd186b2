import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';
import type { FoundEntry, SearchQuery } from './library.ts';
import { mediaKindOf } from './media-kind.ts';
import { foldForSearch } from './natural-order.ts';

const MOST_WORDS = 16;
/** Entries that hold all three-letter pieces of the words, of which those with the words themselves are picked. */
const MOST_CANDIDATES = 500;
const SHORTEST_FRAGMENT = 3;

/**
 * Finds entries by words of their names: first those with the very words, then with words that begin so, then
 * with the text anywhere. Each step runs only when the ones before left room.
 */
export class SearchIndex {
  readonly #catalogue: Catalogue;
  readonly #byWords: Query<{ rowid: number }>;
  readonly #byFragments: Query<{ rowid: number }>;

  constructor(database: Database, catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#byWords = new Query(database, 'SELECT rowid FROM entry_words WHERE entry_words MATCH ? LIMIT ?');
    this.#byFragments = new Query(
      database,
      `SELECT rowid FROM entry_fragments WHERE entry_fragments MATCH ? LIMIT ${MOST_CANDIDATES}`,
    );
  }

  search(query: SearchQuery): FoundEntry[] {
    const words = (foldForSearch(query.text).match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MOST_WORDS);
    const found = new Map<number, FoundEntry>();
    if (words.length === 0) return [];
    this.#add(found, query, this.#byWords.all(expression(words, '', query.kind), query.limit));
    if (found.size < query.limit) {
      this.#add(found, query, this.#byWords.all(expression(words, '*', query.kind), query.limit));
    }
    if (found.size < query.limit && words.every((word) => Array.from(word).length >= SHORTEST_FRAGMENT)) {
      this.#add(found, query, this.#byFragments.all(fragments(words)), words);
    }
    return [...found.values()];
  }

  #add(
    found: Map<number, FoundEntry>,
    query: SearchQuery,
    rows: readonly { rowid: number }[],
    within: readonly string[] = [],
  ): void {
    for (const { rowid } of rows) {
      if (found.size >= query.limit) return;
      const entry = found.has(rowid) ? null : this.#catalogue.entryByKey(rowid);
      if (entry === null || !isOfKind(entry, query.kind)) continue;
      const folded = within.length === 0 ? '' : foldForSearch(entry.name);
      if (within.every((word) => folded.includes(word))) {
        found.set(rowid, { entry, path: this.#catalogue.pathOf(entry) });
      }
    }
  }
}

/** FTS5 query syntax (sqlite.org/fts5.html section 3); words are letters and digits only, so quoting is safe. */
function expression(words: readonly string[], ending: '' | '*', kind: SearchQuery['kind']): string {
  const names = `name : (${words.map((word) => `"${word}"${ending}`).join(' AND ')})`;
  return kind === undefined ? names : `(${names}) AND (kind : "${kind}")`;
}

function fragments(words: readonly string[]): string {
  const pieces = new Set<string>();
  for (const word of words) {
    const letters = Array.from(word);
    for (let start = 0; start + SHORTEST_FRAGMENT <= letters.length; start += 1) {
      pieces.add(`"${letters.slice(start, start + SHORTEST_FRAGMENT).join('')}"`);
    }
  }
  return [...pieces].join(' AND ');
}

function isOfKind(entry: Entry, kind: SearchQuery['kind']): boolean {
  if (kind === undefined) return true;
  return entry.kind === 'folder' ? kind === 'folder' : mediaKindOf(entry.name, entry.contentType) === kind;
}
