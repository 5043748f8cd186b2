/** Words that people who share films put behind the title, whatever their case. None occurs in a title. */
const CERTAIN = String.raw`\d{3,4}[ip]|4k(?:light)?|uhd|hdr(?:10)?|hdlight|mhd|web-?dl|web-?rip|blu-?ray|bd-?rip|br-?rip|dvd-?(?:rip|scr|r)|hdtv|tv-?rip|hd-?rip|vhs-?rip|remux|[xh][. ]?26[45]|hevc|xvid|divx|av1|10bits?|aac|e?-?ac3|dts|truehd|atmos|flac|vostfr|vost|subfrench|truefrench|fastsub`;

/** The same, but in mixed case they may be part of a title: "The French Dispatch", "The Web". */
const SHOUTED = String.raw`WEB|BD|DV|DVD|VFF|VFQ|VFI|VF2|VF|VOF|VO|FRENCH|ENGLISH|GERMAN|SPANISH|ITALIAN|MULTI|PROPER|REPACK|RERIP|INTERNAL|LIMITED|INT[EÉ]GRALE|COMPLETE`;

const ALONE_BEFORE = String.raw`(?<![\p{L}\p{N}])`;
const ALONE_AFTER = String.raw`(?![\p{L}\p{N}])`;
const CERTAIN_WORD = new RegExp(`${ALONE_BEFORE}(?:${CERTAIN})${ALONE_AFTER}`, 'iu');
const SHOUTED_WORD = new RegExp(`${ALONE_BEFORE}(?:${SHOUTED}|MULTi|Multi|Int[ée]grale)${ALONE_AFTER}`, 'u');
const SHOUTED_IN_ANY_CASE = new RegExp(`${ALONE_BEFORE}(?:${SHOUTED})${ALONE_AFTER}`, 'iu');

/** Whether a name says that it was made by those who share films: resolution, source, codec. */
export function hasReleaseWord(name: string): boolean {
  return CERTAIN_WORD.test(name);
}

/** A piece of a name that may hold a title, up to the first word of that kind. */
export function beforeReleaseWords(piece: string): string {
  return before(piece, SHOUTED_WORD);
}

/** The same for what follows an episode's number, where a name without capitals is not given the benefit of the doubt. */
export function beforeTrailingWords(piece: string): string {
  return before(piece, /\p{Lu}/u.test(piece) ? SHOUTED_WORD : SHOUTED_IN_ANY_CASE);
}

function before(piece: string, shouted: RegExp): string {
  const ends = [CERTAIN_WORD, shouted].map((word) => piece.search(word)).filter((at) => at !== -1);
  return ends.length === 0 ? piece : piece.slice(0, Math.min(...ends));
}

const LANGUAGE = new RegExp(
  `${ALONE_BEFORE}(?:MULTI|VOSTFR|VOSTEN|VOST|SUBFRENCH|TRUEFRENCH|FRENCH|VFF|VFQ|VFI|VF2|VF|VOF|VO)${ALONE_AFTER}`,
  'giu',
);

/** The words by which French releases tell their languages apart, such as `MULTi` and `VOSTFR`, each once. */
export function languageMarks(name: string): readonly string[] {
  const marks = [...name.matchAll(LANGUAGE)].map(([word]) => word.toUpperCase());
  return [...new Set(marks)].map((mark) => (mark === 'MULTI' ? 'MULTi' : mark));
}
