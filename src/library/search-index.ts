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

interface Row {
  readonly rowid: number;
}

/**
 * Finds entries by words of their names: first those with the very words, then those in which the last word begins one,
 * as it does while someone types, then those with the text anywhere.
 *
 * A name that holds the words holds their pieces. Where few names hold the pieces, they are all there is to look at; the
 * index of words, in which common words that seldom meet are dear, is asked only where many do.
 */
export class SearchIndex {
  readonly #catalogue: Catalogue;
  readonly #byWords: Query<Row>;
  readonly #byFragments: Query<Row>;

  constructor(database: Database, catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#byWords = new Query(database, 'SELECT rowid FROM entry_words WHERE entry_words MATCH ? LIMIT ?');
    this.#byFragments = new Query(
      database,
      `SELECT rowid FROM entry_fragments WHERE entry_fragments MATCH ? LIMIT ${MOST_CANDIDATES}`,
    );
  }

  search({ text, kind, limit }: SearchQuery): FoundEntry[] {
    const words = [...new Set(wordsOf(foldForSearch(text)))].slice(0, MOST_WORDS);
    if (words.length === 0) return [];
    const results = new Results(this.#catalogue, limit);
    const pieces = piecesOf(words);
    const candidates = pieces.length === 0 ? [] : this.#byFragments.all(pieces.map(quoted).join(' AND '));
    const addCandidates = (fits: (name: string, words: readonly string[]) => boolean): void => {
      results.add(candidates, (entry) => isOfKind(entry, kind) && fits(foldForSearch(entry.name), words));
    };
    if (pieces.length > 0 && candidates.length < MOST_CANDIDATES) {
      addCandidates(holdsWords);
      addCandidates(holdsBeginnings);
    } else {
      results.add(this.#byWords.all(expression(words.map(quoted), kind), limit));
      if (!results.areFull) results.add(this.#byWords.all(expression(words.map(begins), kind), limit));
    }
    addCandidates(holdsTexts);
    return results.found;
  }
}

/** Entries in the order in which they were found, each once, with their paths. */
class Results {
  readonly #catalogue: Catalogue;
  readonly #limit: number;
  readonly #read = new Map<number, Entry | null>();
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

  add(rows: readonly Row[], isHit: (entry: Entry) => boolean = () => true): void {
    for (const { rowid } of rows) {
      if (this.areFull) return;
      const entry = this.#byKey.has(rowid) ? null : this.#entry(rowid);
      if (entry !== null && isHit(entry)) this.#byKey.set(rowid, { entry, path: this.#pathOf(entry) });
    }
  }

  /** The same rows are gone through more than once. */
  #entry(key: number): Entry | null {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const entry = this.#catalogue.entryByKey(key);
    this.#read.set(key, entry);
    return entry;
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

/** As the index of words divides a name, which it is given folded. */
function wordsOf(folded: string): readonly string[] {
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** FTS5 query syntax (sqlite.org/fts5.html section 3); words are letters and digits only, so quoting is safe. */
function expression(terms: readonly string[], kind: SearchQuery['kind']): string {
  const names = `name : (${terms.join(' AND ')})`;
  return kind === undefined ? names : `(${names}) AND (kind : "${kind}")`;
}

function quoted(word: string): string {
  return `"${word}"`;
}

function begins(word: string, index: number, words: readonly string[]): string {
  return mayBegin(word, index, words) ? `${quoted(word)}*` : quoted(word);
}

/** The last word may be half typed. Any short one may be too, since the index has their beginnings ready. */
function mayBegin(word: string, index: number, words: readonly string[]): boolean {
  return index === words.length - 1 || Array.from(word).length <= PIECE;
}

function holdsWords(name: string, words: readonly string[]): boolean {
  const held = new Set(wordsOf(name));
  return words.every((word) => held.has(word));
}

function holdsBeginnings(name: string, words: readonly string[]): boolean {
  const held = wordsOf(name);
  return words.every((word, index) => {
    const isPrefix = mayBegin(word, index, words);
    return held.some((one) => (isPrefix ? one.startsWith(word) : one === word));
  });
}

function holdsTexts(name: string, words: readonly string[]): boolean {
  return words.every((word) => name.includes(word));
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
