import { beforeReleaseWords } from './release-words.ts';
import { titleKey } from './title.ts';

const OF_FILMS = new Set(['film', 'films', 'movie', 'movies', 'cinema', 'longsmetrages', 'filmsdanimation']);
const OF_SHOWS = new Set([
  ...['series', 'serie', 'seriestv', 'serietv', 'tv', 'tvshow', 'tvshows', 'tvseries', 'shows'],
  ...['anime', 'animes', 'animation', 'manga', 'mangas', 'dessinsanimes', 'docuseries'],
]);
const OF_ANYTHING = new Set([
  ...['video', 'videos', 'media', 'medias', 'divers', 'misc', 'download', 'downloads', 'telechargements'],
  ...[
    'documentaire',
    'documentaires',
    'documentary',
    'documentaries',
    'enfants',
    'kids',
    'famille',
    'family',
  ],
  ...['new', 'nouveau', 'nouveautes', 'vu', 'avoir', 'encours', 'termine', 'terminees', 'hd', 'sd', '3d'],
]);
const EXTRAS = new Set([
  ...[
    'extra',
    'extras',
    'bonus',
    'featurette',
    'featurettes',
    'behindthescenes',
    'deletedscenes',
    'interviews',
  ],
  ...['trailer', 'trailers', 'bandesannonces', 'sample', 'samples', 'scenes', 'shorts', 'theme', 'backdrops'],
]);

/** Whether a folder gathers many works: its name is none of a film or a show. */
export function isCategory(folder: string): boolean {
  const key = keyOf(folder);
  return (
    key.length <= 1 ||
    key === '09' ||
    key === 'az' ||
    isOfFilms(folder) ||
    isOfShows(folder) ||
    OF_ANYTHING.has(key)
  );
}

export function isOfFilms(folder: string): boolean {
  return OF_FILMS.has(keyOf(folder));
}

export function isOfShows(folder: string): boolean {
  return OF_SHOWS.has(keyOf(folder));
}

/** Trailers, samples and other things around a work, which take no place of their own. */
export function isExtra(folders: readonly string[], stem: string): boolean {
  return (
    folders.some((folder) => EXTRAS.has(keyOf(folder))) ||
    /(?:^|[ ._-])(?:sample|trailer|teaser|bande[ ._-]annonce|featurette|making[ ._-]of)(?:[ ._-]?\d{1,2})?$/iu.test(
      stem,
    )
  );
}

function keyOf(folder: string): string {
  return titleKey(beforeReleaseWords(folder));
}
