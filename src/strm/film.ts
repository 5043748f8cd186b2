import { parseTitleAndYear } from '@ctrl/video-filename-parser';
import { isCategory, isOfFilms, isOfShows } from './categories.ts';
import { filmVersion } from './film-version.ts';
import { beforeReleaseWords, hasReleaseWord } from './release-words.ts';
import { seasonFolder } from './season-folder.ts';
import { titleKey, titleOf, type TitleAndYear } from './title.ts';

export interface Film extends TitleAndYear {
  readonly year: string;
  /** What tells this copy from others of the film, such as `Extended 2160p HDR`; null: nothing known. */
  readonly version: string | null;
  /** Of a film in several files, as players stack them: `cd1`; null: it is one file. */
  readonly part: string | null;
}

/** The parsing library's patterns take exponential time over names of dozens of numbers, which are no film's. */
const MOST_NUMBERS = 12;

/** The film that a file is, by its own name and those of the folders it lies in, outermost first. */
export function filmOf(folders: readonly string[], stem: string): Film | null {
  if (folders.some((folder) => isOfShows(folder)) || seasonFolder(folders.at(-1) ?? '') !== null) return null;
  const folder = filmFolder(folders);
  const found = byName(folders, folder, stem) ?? byFolder(folder, stem);
  if (found === null) return null;
  const rest = stem.normalize('NFC').slice(stem.normalize('NFC').lastIndexOf(found.year) + 1);
  return { ...found, version: filmVersion(stem, found.title), part: partOf(rest) };
}

interface Known {
  readonly title: string;
  readonly year: string;
}

/** Title and year by the file's name, where something else agrees that it is a film. */
function byName(folders: readonly string[], folder: Known | null, stem: string): Known | null {
  const film = titleAndYear(stem);
  if (film === null) return null;
  const sure =
    isYearInBrackets(stem, film.year) ||
    hasReleaseWord(stem) ||
    folder?.year === film.year ||
    folders.some(isOfFilms);
  if (!sure) return null;
  const sameInFolder =
    folder !== null && folder.year === film.year && titleKey(folder.title) === titleKey(film.title);
  return sameInFolder ? folder : film;
}

/** Title and year by the folder, for a file of its title or of no title at all. */
function byFolder(folder: Known | null, stem: string): Known | null {
  if (folder === null) return null;
  const own = titleKey(beforeReleaseWords(stem).replace(PART, ''));
  const nameless = /^(?:film|movie|video|\d{0,5})$/.test(own);
  return nameless || own === titleKey(folder.title) ? folder : null;
}

function filmFolder(folders: readonly string[]): Known | null {
  const name = folders.at(-1);
  if (name === undefined || isCategory(name)) return null;
  const known = titleAndYear(name);
  return known !== null && (isYearInBrackets(name, known.year) || hasReleaseWord(name)) ? known : null;
}

const LEADING_YEAR = /^\s*[[(]((?:18|19|20)\d\d)[\])][ ._-]*(.+)$/u;
const A_YEAR = /(?<!\d)(?:18|19|20)\d\d(?!\d)/;
const YEARS = /(?<!\d)(?:18|19|20)\d\d\s*[-–]\s*(?:18|19|20)\d\d(?!\d)/;
const TRAILING_EDITION =
  /[ ._([-]+(?:director'?s?|extended|ultimate|special|collector'?s?|final|theatrical|anniversary|unrated|uncut)(?:[ ._]+(?:cut|edition|version))?[ ._)\]-]*$/iu;

function titleAndYear(name: string): Known | null {
  const text = name.normalize('NFC').replace(LEADING_YEAR, '$2 ($1)');
  if (!A_YEAR.test(text) || YEARS.test(text) || (text.match(/\d+/g)?.length ?? 0) > MOST_NUMBERS) return null;
  const year = parsedYear(text);
  if (year === null) return null;
  const before = text.slice(0, text.lastIndexOf(year));
  const title = titleOf(beforeReleaseWords(before).replace(TRAILING_EDITION, ''));
  return title === null ? null : { title, year };
}

function parsedYear(text: string): string | null {
  const { year } = parseTitleAndYear(text);
  return year !== null && A_YEAR.test(year) ? year : null;
}

function isYearInBrackets(name: string, year: string): boolean {
  return name.includes(`(${year})`) || name.includes(`[${year}]`);
}

const PART = /(?<![\p{L}\p{N}])(?<kind>cd|dvd|dis[ck]|part|pt)[ ._-]?(?<number>[1-9])(?![\p{L}\p{N}])/iu;

function partOf(rest: string): string | null {
  const { kind, number } = PART.exec(rest)?.groups ?? {};
  return kind === undefined || number === undefined ? null : kind.toLowerCase() + number;
}
