/** Where a name says which episode it is, and of which season if it says so. */
export interface EpisodeMarker {
  readonly before: string;
  /** Null: only a folder knows it. */
  readonly season: number | null;
  readonly first: number;
  /** Equal to `first` for a single episode. */
  readonly last: number;
  readonly after: string;
}

const ALONE_BEFORE = String.raw`(?<![\p{L}\p{N}])`;
/** A second try at an episode is marked v2. */
const ALONE_AFTER = String.raw`(?:v\d)?(?![\p{L}\p{N}])`;

/** S01E02, s1.e2, S01 - E02, S01EP02; S01E02E03, S01E02-E03, S01E02-03. */
const SEASON_EPISODE = new RegExp(
  String.raw`${ALONE_BEFORE}s(?<season>\d{1,2}|\d{4})(?:[ ._]?-[ ._]?|[ ._])?ep?[ ._]?(?<first>\d{1,3})` +
    String.raw`(?<more>(?:(?:[ ._]?-[ ._]?|[ ._])?e\d{1,3}|-\d{1,3}(?![\dpi]))*)${ALONE_AFTER}`,
  'iu',
);
/** 1x02, 1x02-03, 1x02x03; not 1920x1080. */
const CROSS = new RegExp(
  String.raw`${ALONE_BEFORE}(?<season>\d{1,2})x(?<first>\d{2,3})(?<more>(?:[-x]\d{2,3})*)${ALONE_AFTER}`,
  'iu',
);
const IN_WORDS = new RegExp(
  String.raw`${ALONE_BEFORE}(?:saison|season|s)[ ._-]*(?<season>\d{1,2})[ ._,-]*` +
    String.raw`(?:[ée]pisodes?|[ée]p)[ ._-]*(?<first>\d{1,3})(?<more>(?:[ ._]?(?:-|[àa]|et|&)[ ._]?\d{1,3}(?!\d))?)${ALONE_AFTER}`,
  'iu',
);

/** In a folder of one season: "02", "E02", "Épisode 2 - Title". Three digits count from the first season. */
const EPISODE_ONLY = new RegExp(
  String.raw`^(?:(?:[ée]pisode|[ée]p|e)[ ._-]*)?(?<first>\d{1,2})` +
    String.raw`(?<more>(?:[ ._]?-[ ._]?e?\d{1,2})?)(?:v\d)?(?=$|[ ._-])`,
  'iu',
);

/** The most episodes that one file is believed to hold. */
const MOST_EPISODES = 10;

/** A season and an episode, in any of the usual forms. */
export function seasonAndEpisode(stem: string): EpisodeMarker | null {
  for (const form of [SEASON_EPISODE, IN_WORDS, CROSS]) {
    const match = form.exec(stem);
    if (match !== null) return markerOf(match, stem.slice(0, match.index), stem);
  }
  return null;
}

/** An episode alone, at the very beginning. */
export function episodeAlone(stem: string): EpisodeMarker | null {
  const match = EPISODE_ONLY.exec(stem);
  return match === null ? null : markerOf(match, '', stem);
}

function markerOf(match: RegExpExecArray, before: string, stem: string): EpisodeMarker | null {
  const { season, first, more } = match.groups ?? {};
  const numbers = [first, ...(more?.match(/\d+/g) ?? [])].map(Number);
  const start = numbers[0] ?? Number.NaN;
  const last = numbers.at(-1) ?? start;
  const rising = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
  if (Number.isNaN(start) || !rising || last - start >= MOST_EPISODES) return null;
  const after = stem.slice(match.index + match[0].length);
  return { before, season: season === undefined ? null : Number(season), first: start, last, after };
}
