import { Buffer } from 'node:buffer';

/** The longest title that is taken for one (bytes of UTF-8): folder, stem and extension must fit into 255. */
const LONGEST_TITLE_BYTES = 120;

/** One or more groups in brackets at the beginning: who shared it, or from where. */
const SENDER = /^(?:\s*(?:\[[^\]]*\]|\{[^}]*\})[ ._-]*)+/u;
const ACRONYM = /(?<![\p{L}\p{N}])(?:\p{L}\.){2,}(?:\p{L}(?![\p{L}\p{N}]))?/gu;
const KEPT_DOT = '\u0000';
const ENDS = /^[\s\-–—_.,:[({]+|[\s\-–—_,:[({]+$/gu;

/** "Le Destin d Amélie", of which the apostrophe became a dot. */
const ELISION = /(?<![\p{L}\p{N}'’])([dl]|qu)\.? (?=[aeiouyhàâäéèêëîïôöûüœ]\p{L})/giu;
const ELISION_OF_BE = /(?<![\p{L}\p{N}'’])([cns])\.? (?=(?:est|était|etait)(?!\p{L}))/giu;

/** A piece of a file name as the title it stands for; null when nothing like a title remains. */
export function titleOf(piece: string): string | null {
  const spaced = withSpaces(piece.normalize('NFC').replace(SENDER, ''))
    .replaceAll(/[[({][^\])}]*[\])}]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(ENDS, '');
  const title = withCapitals(spaced.replace(/(?<=\p{L}{2})\.$/u, ''))
    .replaceAll(ELISION, "$1'")
    .replaceAll(ELISION_OF_BE, "$1'");
  const usable = /[\p{L}\p{N}]/u.test(title) && Buffer.byteLength(title) <= LONGEST_TITLE_BYTES;
  return usable ? title : null;
}

/** Where no space divides the words, dots and underscores do; those of an acronym stay. */
function withSpaces(piece: string): string {
  const text = piece.trim();
  if (/\s/u.test(text)) return text.replaceAll('_', ' ');
  return text
    .replaceAll(ACRONYM, (acronym) => `${acronym.replaceAll('.', KEPT_DOT)} `)
    .replaceAll(/[._]/g, ' ')
    .replaceAll(KEPT_DOT, '.');
}

/** So that `dark.s01e01` and `Dark.S01E02` come into one folder. */
function withCapitals(title: string): string {
  if (/\p{Lu}/u.test(title)) return title;
  return title.replaceAll(/(?<![\p{L}\p{N}'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}

/** Equal for two spellings of one title: case, accents and punctuation do not count. */
export function titleKey(title: string): string {
  return title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

export interface TitleAndYear {
  readonly title: string;
  /** Four digits. */
  readonly year: string | null;
}

export function withYear({ title, year }: TitleAndYear): string {
  return year === null ? title : `${title} (${year})`;
}
