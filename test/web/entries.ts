import type { MediaInfo, PlayableMedia } from '../../src/web/client/api/media-info.ts';
import type { FileEntry } from '../../src/web/client/api/types.ts';

/** A film as the bridge lists it. */
export function fileEntry(over: Partial<FileEntry> = {}): FileEntry {
  return {
    kind: 'file',
    id: 'abc',
    name: 'Film.mkv',
    path: '/Films/Film.mkv',
    size: 1000,
    modified: '2026-01-01T00:00:00Z',
    contentType: 'video/x-matroska',
    media: 'video',
    checksum: null,
    stream: '/stream/abc/Film.mkv',
    link: 'https://1fichier.com/?abc',
    ...over,
  };
}

/** What is in a film of which nothing is said. */
export function playable(over: Partial<PlayableMedia> = {}): PlayableMedia {
  const empty: MediaInfo = {
    durationMs: 60_000,
    container: 'matroska,webm',
    bitRate: null,
    video: [],
    audio: [],
    subtitles: [],
  };
  return { ...empty, plan: 'direct', ffmpeg: true, pale: false, ...over };
}
