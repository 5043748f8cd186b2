/** "Season 1", "Saison 02 VOSTFR", "S03"; the whole folder is about a season of what its parent names. */
const SEASON =
  /^(?:season|saison|staffel|temporada|s[ée]rie|s)[ ._-]*(?<season>\d{1,2}|\d{4})(?![\p{L}\p{N}])/iu;
const SPECIALS = /^(?:specials?|sp[ée]cial(?:es)?|sp[ée]ciaux|[ée]pisodes sp[ée]ciaux|hors[ -]s[ée]ries?)$/iu;
/** "Dark.S01.MULTi.1080p", "Kaamelott Saison 2": a season with the title of its show. */
const NAMED_SEASON =
  /^(?<show>.+?)[ ._-]+(?:-[ ._]*)?(?:s|season[ ._-]*|saison[ ._-]*)(?<season>\d{1,2})(?![\p{L}\p{N}]|[ ._-]?e\d)/iu;

export interface SeasonFolder {
  readonly season: number;
  /** What the folder itself writes before the season; null: nothing. */
  readonly show: string | null;
}

/** What a folder says of the season of the files in it; null: nothing. */
export function seasonFolder(name: string): SeasonFolder | null {
  const folder = name.normalize('NFC').trim();
  if (SPECIALS.test(folder)) return { season: 0, show: null };
  const plain = SEASON.exec(folder)?.groups?.['season'];
  if (plain !== undefined) return { season: Number(plain), show: null };
  const named = NAMED_SEASON.exec(folder)?.groups;
  const season = named?.['season'];
  return season === undefined ? null : { season: Number(season), show: named?.['show'] ?? null };
}
