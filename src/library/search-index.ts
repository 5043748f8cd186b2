import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';
import type { FoundEntry, SearchQuery } from './library.ts';
import { mediaKindOf } from './media-kind.ts';
import { foldForSearch } from './natural-order.ts';

const MOST_WORDS = 16;
/** Entries that hold the pieces of the words, of which those with the words themselves are picked. */
const MOST_CANDIDATES = 500;
/** Letters of the pieces in the index of fragments, and the most of a prefix that the index of words answers by itself. */
const PIECE = 3;
/** Each piece costs a pass over all names that hold it; so many leave few others. */
const MOST_PIECES = 10;

/**
 * Finds entries by words of their names: first those with the very words, then those in which the last word begins one,
 * as it does while someone types, then those with the text anywhere. Each step runs only when the ones before left room.
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

  search({ text, kind, limit }: SearchQuery): FoundEntry[] {
    const words = [...new Set(foldForSearch(text).match(/[\p{L}\p{N}]+/gu))].slice(0, MOST_WORDS);
    if (words.length === 0) return [];
    const results = new Results(this.#catalogue, limit);
    results.add(this.#byWords.all(expression(words.map(quoted), kind), limit));
    if (!results.areFull) results.add(this.#byWords.all(expression(words.map(begins), kind), limit));
    const pieces = piecesOf(words);
    if (!results.areFull && pieces.length > 0) {
      const isHit = (entry: Entry): boolean =>
        isOfKind(entry, kind) && containsAll(foldForSearch(entry.name), words);
      results.add(this.#byFragments.all(pieces.map(quoted).join(' AND ')), isHit);
    }
    return results.found;
  }
}

/** Entries in the order in which they were found, each once, with their paths. */
class Results {
  readonly #catalogue: Catalogue;
  readonly #limit: number;
  readonly #byKey = new Map<number, FoundEntry>();
  readonly #folders = new Map<number, string>();

  constructor(catalogue: Catalogue, limit: number) {
    this.#catalogue = catalogue;
    this.#limit = limit;
  }

  get found(): FoundEntry[] {
    return [...this.#byKey.values()];
  }

  get areFull(): boolean {
    return this.#byKey.size >= this.#limit;
  }

  add(rows: readonly { readonly rowid: number }[], isHit: (entry: Entry) => boolean = () => true): void {
    for (const { rowid } of rows) {
      if (this.areFull) return;
      const entry = this.#byKey.has(rowid) ? null : this.#catalogue.entryByKey(rowid);
      if (entry !== null && isHit(entry)) this.#byKey.set(rowid, { entry, path: this.#pathOf(entry) });
    }
  }

  /** Many results lie in few folders. */
  #pathOf(entry: Entry): string {
    if (entry.parentId === null) return '/';
    const known = this.#folders.get(entry.parentId);
    if (known !== undefined) return known + entry.name;
    const path = this.#catalogue.pathOf(entry);
    this.#folders.set(entry.parentId, path.slice(0, path.length - entry.name.length));
    return path;
  }
}

function containsAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/** FTS5 query syntax (sqlite.org/fts5.html section 3); words are letters and digits only, so quoting is safe. */
function expression(terms: readonly string[], kind: SearchQuery['kind']): string {
  const names = `name : (${terms.join(' AND ')})`;
  return kind === undefined ? names : `(${names}) AND (kind : "${kind}")`;
}

function quoted(word: string): string {
  return `"${word}"`;
}

/** The last word may be half typed. Any short one may be too, since the index has their beginnings ready. */
function begins(word: string, index: number, words: readonly string[]): string {
  const isPrefix = index === words.length - 1 || Array.from(word).length <= PIECE;
  return isPrefix ? `"${word}"*` : quoted(word);
}

/** Pieces that cover the words which are long enough: one of each word, then a second, as far as there may be so many. */
function piecesOf(words: readonly string[]): readonly string[] {
  const pieces = new Set<string>();
  const spelt = words.map((word) => Array.from(word)).filter((letters) => letters.length >= PIECE);
  const longest = Math.max(0, ...spelt.map((letters) => letters.length));
  for (let start = 0; start < longest; start += PIECE) {
    for (const letters of spelt) {
      if (start >= letters.length) continue;
      const from = Math.min(start, letters.length - PIECE);
      pieces.add(letters.slice(from, from + PIECE).join(''));
    }
  }
  return [...pieces].slice(0, MOST_PIECES);
}

function isOfKind(entry: Entry, kind: SearchQuery['kind']): boolean {
  if (kind === undefined) return true;
  return entry.kind === 'folder' ? kind === 'folder' : mediaKindOf(entry.name, entry.contentType) === kind;
}
