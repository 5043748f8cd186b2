import { lookup } from 'mime-types';
import type { MediaKind } from './library.ts';

const UNKNOWN_TYPE = 'application/octet-stream';

/** Where the registry's answer is missing, or names something else than what media libraries hold. */
const TYPES_OF_MEDIA: ReadonlyMap<string, string> = new Map([
  ['mkv', 'video/x-matroska'],
  ['mk3d', 'video/x-matroska'],
  ['mka', 'audio/x-matroska'],
  ['mks', 'application/x-matroska'],
  ['ts', 'video/mp2t'],
  ['mts', 'video/mp2t'],
  ['m2ts', 'video/mp2t'],
  ['avi', 'video/x-msvideo'],
  ['divx', 'video/x-msvideo'],
  ['vob', 'video/mpeg'],
  ['ogm', 'video/ogg'],
  ['rmvb', 'application/vnd.rn-realmedia-vbr'],
  ['flac', 'audio/flac'],
  ['opus', 'audio/ogg'],
  ['ape', 'audio/x-ape'],
  ['m4b', 'audio/mp4'],
  ['dts', 'audio/vnd.dts'],
  ['ac3', 'audio/ac3'],
  ['iso', 'application/x-iso9660-image'],
  ['srt', 'application/x-subrip'],
  ['ass', 'text/x-ssa'],
  ['ssa', 'text/x-ssa'],
  ['sub', 'text/x-microdvd'],
  ['idx', 'text/x-vobsub'],
  ['sup', 'application/x-pgs'],
  ['vtt', 'text/vtt'],
  ['smi', 'application/smil+xml'],
  ['nfo', 'text/x-nfo'],
]);
const SUBTITLES: ReadonlySet<string> = new Set([
  'srt',
  'ass',
  'ssa',
  'sub',
  'idx',
  'sup',
  'vtt',
  'smi',
  'mks',
]);
const VIDEO_BY_EXTENSION: ReadonlySet<string> = new Set(['rmvb', 'iso', 'rm', 'asf', 'mxf']);

const known = new Map<string, string | null>();

/** The media type of a file: from its extension first, from what 1fichier says second. */
export function contentTypeOf(name: string, remoteType: string | null): string {
  const extension = extensionOf(name);
  let type = known.get(extension);
  if (type === undefined) {
    type = TYPES_OF_MEDIA.get(extension) ?? registered(extension);
    if (known.size < 1000) known.set(extension, type);
  }
  return type ?? remoteType ?? UNKNOWN_TYPE;
}

/** What a file is to a viewer, from its name and media type. */
export function mediaKindOf(name: string, contentType: string): MediaKind {
  const extension = extensionOf(name);
  if (SUBTITLES.has(extension)) return 'subtitle';
  if (VIDEO_BY_EXTENSION.has(extension) || contentType.startsWith('video/')) return 'video';
  if (contentType.startsWith('audio/')) return 'audio';
  return contentType.startsWith('image/') ? 'image' : 'other';
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase();
}

function registered(extension: string): string | null {
  const type = extension === '' ? false : lookup(extension);
  return type === false ? null : type;
}
