import type { FileEntry } from '../library/entry.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import { stemOf } from './local-path.ts';

/** Larger ones (bytes) are no subtitles, descriptions or pictures that a media server would read. */
const LARGEST = { subtitle: 64 * 2 ** 20, image: 16 * 2 ** 20, description: 2 ** 20 } as const;

/** Pictures and descriptions of all that is in a folder, by the names that Kodi, Jellyfin, Emby and Plex know. */
const OF_A_FOLDER =
  /^(?:(?:season[ -]?(?:\d+|all|specials)-)?(?:poster|folder|cover|default|movie|show|fanart|backdrop|background|art|banner|logo|clearlogo|clearart|landscape|thumb|disc|discart|cdart|keyart)\d{0,2}\.(?:jpe?g|png|webp|gif|bmp)|(?:movie|tvshow|season|album|artist)\.nfo)$/i;

/** Where the name of a film may end within that of a file that goes with it. */
const BOUNDARY = /[-._ (]/;

/** Whether a file is one that media servers look for beside films. */
export function isCompanion(file: FileEntry): boolean {
  if (/\.nfo$/i.test(file.name)) return file.size <= LARGEST.description;
  const kind = mediaKindOf(file.name, file.contentType);
  return (kind === 'subtitle' || kind === 'image') && file.size <= LARGEST[kind];
}

/** Whether it describes all that is in its folder. */
export function describesFolder(name: string): boolean {
  return OF_A_FOLDER.test(name);
}

/** The film whose name `name` begins with, and what follows it: `Film.mkv` and `.en.srt` for `Film.en.srt`. */
export function companionOf<T>(
  name: string,
  filmsByStem: ReadonlyMap<string, T>,
): { readonly film: T; readonly rest: string } | null {
  for (let end = stemOf(name).length; end > 0; end -= 1) {
    if (!BOUNDARY.test(name.charAt(end))) continue;
    const film = filmsByStem.get(name.slice(0, end));
    if (film !== undefined) return { film, rest: name.slice(end) };
  }
  return null;
}
