import { escapeXml } from '../xml/escape-xml.ts';
import type { AudioTrack, MediaInfo, VideoTrack } from '../media/media-info.ts';
import { languageCode } from './language-code.ts';
import type { OrganisedPlace, Work } from './organised.ts';

/**
 * What Kodi, Jellyfin and Emby read beside a file `name.strm` as `name.nfo`: its streams, so that they need not open
 * it (kodi.wiki "NFO files/Movies" and "NFO files/Episodes"). A title in such a file overrides the one from a
 * scraper, so a file that is not recognised gets none: its name is no more than a guess.
 */
export function nfoText(place: Pick<OrganisedPlace, 'work'> | null, info: MediaInfo): string {
  const root = place?.work.kind === 'episode' ? 'episodedetails' : 'movie';
  const about = place === null ? [] : workElements(place.work);
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    element(root, [...about, element('fileinfo', [streamDetails(info)])]),
    '',
  ].join('\n');
}

function workElements(work: Work): string[] {
  if (work.kind === 'movie') return [...text('title', work.title), ...text('year', work.year)];
  return [
    ...text('title', work.title),
    ...text('showtitle', work.show.title),
    ...text('season', work.season),
    ...text('episode', work.first),
    ...(work.last > work.first ? text('episodenumberend', work.last) : []),
  ];
}

function streamDetails({ durationMs, video, audio, subtitles }: MediaInfo): string {
  return element('streamdetails', [
    ...video.map((track) => element('video', videoElements(track, durationMs))),
    ...audio.map((track) => element('audio', audioElements(track))),
    ...subtitles.map(({ language }) => element('subtitle', text('language', languageCode(language)))),
  ]);
}

function videoElements(
  { codec, aspect, width, height, hdr }: VideoTrack,
  durationMs: number | null,
): string[] {
  return [
    ...text('codec', kodiCodec(codec)),
    ...text('aspect', aspect),
    ...text('width', width > 0 ? width : null),
    ...text('height', height > 0 ? height : null),
    ...text('durationinseconds', durationMs === null ? null : Math.round(durationMs / 1000)),
    ...text('hdrtype', hdr),
  ];
}

function audioElements({ codec, language, channels }: AudioTrack): string[] {
  return [
    ...text('codec', kodiCodec(codec)),
    ...text('language', languageCode(language)),
    ...text('channels', channels > 0 ? channels : null),
  ];
}

/** Where Kodi's name of a codec is not ffprobe's: it takes that of ffmpeg's decoder. */
const KODI_CODECS: ReadonlyMap<string, string> = new Map([
  ['dts', 'dca'],
  ['mpeg1video', 'mpeg1'],
]);

function kodiCodec(codec: string): string | null {
  return codec === 'unknown' ? null : (KODI_CODECS.get(codec) ?? codec);
}

function element(name: string, children: readonly string[]): string {
  if (children.length === 0) return `<${name}/>`;
  const inner = children.map((child) => child.replaceAll(/^/gm, '  ')).join('\n');
  return `<${name}>\n${inner}\n</${name}>`;
}

/** Nothing for what is not known. */
function text(name: string, value: string | number | null): string[] {
  return value === null ? [] : [`<${name}>${escape(String(value))}</${name}>`];
}

/** One line; what UTF-16 cannot pair, no file can hold. */
function escape(value: string): string {
  return escapeXml(value.replaceAll(/\s+/g, ' ').replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}
