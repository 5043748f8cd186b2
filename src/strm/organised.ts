import { safeName } from '../library/names.ts';
import { contentTypeOf, mediaKindOf } from '../library/media-kind.ts';
import { isExtra } from './categories.ts';
import { episodeOf, type Episode } from './episode.ts';
import { filmOf, type Film } from './film.ts';
import { withYear } from './title.ts';

/** Where a video lies in the layout that media servers know films and episodes by. */
export interface OrganisedPlace {
  /** Below the root, outermost first; safe names. */
  readonly folders: readonly string[];
  /** Name without extension; a safe name. Two files of one place have the same: the writer tells them apart. */
  readonly stem: string;
  readonly kind: 'movie' | 'episode';
  readonly work: Work;
}

/** What the names say it is. */
export type Work = ({ readonly kind: 'movie' } & Film) | ({ readonly kind: 'episode' } & Episode);

/** No 1fichier name has more characters; patterns over longer ones would take long. */
const LONGEST_NAME = 255;

/**
 * The place of a video of the library (a path of names with '/' between them) in the organised layout:
 * `Movies/Title (Year)/Title (Year) - 1080p` or `Shows/Title (Year)/Season 01/Title S01E02 - Episode title`, as
 * Jellyfin, Emby, Kodi and Plex name them in their documents. Null: not recognised with confidence, so it keeps its
 * mirrored place. That holds for absolute numbers of anime, dates of daily shows, extras, and films without a year.
 */
export function organisedPlace(path: string): OrganisedPlace | null {
  const names = path.split('/').filter((name) => name !== '');
  const name = names.at(-1);
  if (
    name === undefined ||
    name.length > LONGEST_NAME ||
    mediaKindOf(name, contentTypeOf(name, null)) !== 'video'
  )
    return null;
  const folders = names.slice(0, -1);
  const stem = name.slice(0, name.lastIndexOf('.')).normalize('NFC');
  if (isExtra(folders, stem)) return null;
  const episode = episodeOf(folders, stem);
  if (episode !== null) return placeOfEpisode(episode);
  const film = filmOf(folders, stem);
  return film === null ? null : placeOfFilm(film);
}

function placeOfFilm(film: Film): OrganisedPlace {
  const { title, year, version, part } = film;
  const name = withYear({ title, year });
  const stem = [name, version === null ? '' : ` - ${version}`, part === null ? '' : `-${part}`].join('');
  return {
    folders: ['Movies', safeName(name)],
    stem: safeName(stem),
    kind: 'movie',
    work: { kind: 'movie', ...film },
  };
}

function placeOfEpisode(episode: Episode): OrganisedPlace {
  const { show, season, first, last, title } = episode;
  const code = `S${twoDigits(season)}E${twoDigits(first)}${last > first ? `-E${twoDigits(last)}` : ''}`;
  const stem = `${show.title} ${code}${title === null ? '' : ` - ${title}`}`;
  return {
    folders: ['Shows', safeName(withYear(show)), `Season ${twoDigits(season)}`],
    stem: safeName(stem),
    kind: 'episode',
    work: { kind: 'episode', ...episode },
  };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
