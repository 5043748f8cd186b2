import { parseEdition, parseResolution, parseSource, type Edition } from '@ctrl/video-filename-parser';
import { languageMarks } from './release-words.ts';

const EDITIONS: readonly (readonly [keyof Edition, string])[] = [
  ['directors', 'Director’s Cut'],
  ['extended', 'Extended'],
  ['theatrical', 'Theatrical'],
  ['unrated', 'Unrated'],
  ['remastered', 'Remastered'],
  ['imax', 'IMAX'],
  ['fanEdit', 'Fan Edit'],
  ['threeD', '3D'],
];

const SOURCES: ReadonlyMap<string, string> = new Map([
  ['BLURAY', 'BluRay'],
  ['WEBDL', 'WEB-DL'],
  ['WEBRIP', 'WEBRip'],
  ['DVD', 'DVD'],
  ['TV', 'TV'],
]);

/**
 * What a name says of this copy of the film, after which Jellyfin names the versions of one film; null: nothing.
 * It never depends on the other files: a second copy must not rename the first.
 */
export function filmVersion(stem: string, title: string): string | null {
  const name = stem.normalize('NFC');
  const edition = parseEdition(name);
  const resolution = parseResolution(name);
  const source = parseSource(name).map((code) => SOURCES.get(code))[0];
  const words = [
    ...EDITIONS.filter(([key]) => edition[key] === true).map(([, word]) => word),
    ...(resolution.source === undefined ? [] : [resolution.resolution?.toLowerCase()]),
    ...(edition.dolbyVision === true ? ['DV'] : []),
    ...(edition.hdr === true || /(?<![a-z\d])HDR10/i.test(name) ? ['HDR'] : []),
    /(?<![a-z\d])remux(?![a-z\d])/i.test(name) ? 'REMUX' : source,
    ...(/(?<![a-z\d])(?:x265|h\.?265|hevc)(?![a-z\d])/i.test(name) ? ['x265'] : []),
    ...languageMarks(name.slice(title.length)),
  ].filter((word) => word !== undefined);
  return words.length === 0 ? null : words.join(' ');
}
