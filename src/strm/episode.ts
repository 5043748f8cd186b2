import { Buffer } from 'node:buffer';
import { isCategory } from './categories.ts';
import { episodeAlone, seasonAndEpisode, type EpisodeMarker } from './episode-marker.ts';
import { beforeReleaseWords, beforeTrailingWords } from './release-words.ts';
import { seasonFolder } from './season-folder.ts';
import { titleKey, titleOf, type TitleAndYear } from './title.ts';

export interface Episode {
  readonly show: TitleAndYear;
  /** 0: specials. */
  readonly season: number;
  readonly first: number;
  /** Equal to `first` for a single episode. */
  readonly last: number;
  readonly title: string | null;
}

/** A longer one (bytes of UTF-8) is left out: the stem must fit into a name, and scrapers know it. */
const LONGEST_EPISODE_TITLE_BYTES = 80;

/** The episode that a file is, by its own name and those of the folders it lies in, outermost first. */
export function episodeOf(folders: readonly string[], stem: string): Episode | null {
  const context = contextOf(folders);
  const marked = seasonAndEpisode(stem);
  const marker = marked ?? numberInSeason(context, stem);
  const season = marker?.season ?? context.season;
  if (marker === null || season === null) return null;
  const show = showOf(context, marked === null ? '' : marked.before);
  if (show === null) return null;
  const { first, last } = marker;
  return { show, season, first, last, title: episodeTitle(marker.after) };
}

interface Context {
  /** What a folder of a season says; null: there is none. */
  readonly season: number | null;
  /** The show by its own folder. */
  readonly show: TitleAndYear | null;
  /** The show by the name of the folder of a season. */
  readonly named: TitleAndYear | null;
  readonly hasSeasonFolder: boolean;
}

function contextOf(folders: readonly string[]): Context {
  const at = seasonFolderAt(folders);
  const inSeason = at === -1 ? null : seasonFolder(folders[at] ?? '');
  const parent = folders.at(at === -1 ? -1 : at - 1);
  const above = at === 0 ? undefined : parent;
  return {
    season: inSeason?.season ?? null,
    show: above === undefined || isCategory(above) ? null : showTitle(above),
    named: inSeason?.show === null || inSeason?.show === undefined ? null : showTitle(inSeason.show),
    hasSeasonFolder: at !== -1,
  };
}

/** A release in a folder of its own may lie in that of its season: the plain folder says more. */
function seasonFolderAt(folders: readonly string[]): number {
  const near = [folders.length - 1, folders.length - 2].filter((at) => at >= 0);
  const plain = near.find((at) => seasonFolder(folders[at] ?? '')?.show === null);
  return plain ?? near.find((at) => seasonFolder(folders[at] ?? '') !== null) ?? -1;
}

/** A number alone is an episode only in a folder of its season, and after nothing but the title of the show. */
function numberInSeason(context: Context, stem: string): EpisodeMarker | null {
  if (!context.hasSeasonFolder) return null;
  const name = stem.replace(/^(?:\[[^\]]*\][ ._-]*)+/u, '');
  const titles = [context.show, context.named].flatMap((show) =>
    show === null ? [] : [titleKey(show.title)],
  );
  return episodeAlone(withoutTitle(name, titles));
}

/** Cuts the longest beginning of a name that spells one of the titles. */
function withoutTitle(name: string, titles: readonly string[]): string {
  for (let end = name.length; end > 0; end -= 1) {
    const atWordEnd = !/[\p{L}\p{N}]/u.test(name[end] ?? '');
    if (atWordEnd && titles.includes(titleKey(name.slice(0, end))))
      return name.slice(end).replace(/^[ ._-]+/, '');
  }
  return name;
}

function showOf({ show, named, hasSeasonFolder }: Context, before: string): TitleAndYear | null {
  const own = showTitle(before);
  if (hasSeasonFolder && show !== null) return show;
  if (own === null) return named ?? show;
  return (
    [show, named].find((other) => other !== null && titleKey(other.title) === titleKey(own.title)) ?? own
  );
}

const YEAR_IN_BRACKETS = /[[(](?<year>(?:19|20)\d\d)(?:\s*[-–]\s*(?:\d{4})?)?[\])]/u;
/** Without brackets, years of the last century are mostly part of the title: "Space 1999". */
const BARE_YEAR = /^(?<title>.*[\p{L}\p{N}].*?)[ ._-]+(?<year>20\d\d)[ ._-]*$/u;

function showTitle(name: string): TitleAndYear | null {
  const text = beforeReleaseWords(name.normalize('NFC'));
  const bracketed = YEAR_IN_BRACKETS.exec(text);
  const bare = bracketed === null ? BARE_YEAR.exec(text) : null;
  const year = bracketed?.groups?.['year'] ?? bare?.groups?.['year'] ?? null;
  const title = titleOf(
    bracketed === null ? (bare?.groups?.['title'] ?? text) : text.slice(0, bracketed.index),
  );
  return title === null ? null : { title, year };
}

function episodeTitle(after: string): string | null {
  const title = titleOf(beforeTrailingWords(after));
  return title === null || Buffer.byteLength(title) > LONGEST_EPISODE_TITLE_BYTES ? null : title;
}
