import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { AudioTrack, MediaInfo, VideoTrack } from './media-info.ts';

/** `direct`: as it is; `remux`: in another container; `transcode`: also with a track in another codec. */
type Playback = 'direct' | 'remux' | 'transcode';

interface PlannedTrack<T> {
  readonly track: T;
  readonly copy: boolean;
}

/** How a browser can be made to play a file. */
export interface PlaybackPlan {
  readonly playback: Playback;
  readonly video: PlannedTrack<VideoTrack> | null;
  readonly audio: PlannedTrack<AudioTrack> | null;
}

export interface PlaybackWish {
  /** `index` of the audio track; undefined: the default one. */
  readonly audio?: number | undefined;
  /** Whether this browser can show HEVC. */
  readonly hevc: boolean;
}

/** Codecs that every browser plays in the containers of a media type. */
const DIRECT: Readonly<
  Record<string, { readonly video: readonly string[]; readonly audio: readonly string[] }>
> = {
  'video/mp4': { video: ['h264', 'hevc', 'vp9', 'av1'], audio: ['aac', 'mp3', 'opus', 'flac'] },
  'video/x-m4v': { video: ['h264', 'hevc'], audio: ['aac', 'mp3'] },
  'video/webm': { video: ['vp8', 'vp9', 'av1'], audio: ['opus', 'vorbis'] },
  'audio/mp4': { video: [], audio: ['aac', 'mp3', 'opus', 'flac'] },
  'audio/mpeg': { video: [], audio: ['mp3'] },
  'audio/flac': { video: [], audio: ['flac'] },
  'audio/ogg': { video: [], audio: ['vorbis', 'opus', 'flac'] },
  'audio/wav': { video: [], audio: ['pcm_s16le', 'pcm_s24le', 'pcm_u8'] },
  'audio/x-wav': { video: [], audio: ['pcm_s16le', 'pcm_s24le', 'pcm_u8'] },
};

/** What can stay as it is in the fragmented MP4 that is made of everything else. */
const COPIED_VIDEO: ReadonlySet<string> = new Set(['h264', 'hevc', 'vp9', 'av1']);
const COPIED_AUDIO: ReadonlySet<string> = new Set(['aac', 'mp3', 'opus', 'flac']);
/** Other forms of H.264 (10 bits, 4:2:2, 4:4:4) play in few browsers. */
const PLAIN_PIXELS: ReadonlySet<string> = new Set(['yuv420p', 'yuvj420p']);

/**
 * Decides from what a file holds how a browser gets to play it, changing only what must be changed.
 *
 * @throws BridgeError `bad-request` when there is no such audio track.
 */
export function planPlayback(
  info: MediaInfo,
  file: Pick<FileEntry, 'contentType'>,
  wish: PlaybackWish,
): PlaybackPlan {
  const video = info.video[0] ?? null;
  const audio = chosenAudio(info, wish.audio);
  const plan = {
    video: video === null ? null : { track: video, copy: isCopied(video, wish) },
    audio: audio === null ? null : { track: audio, copy: COPIED_AUDIO.has(audio.codec) },
  };
  if (file.contentType.startsWith('image/')) return { playback: 'direct', ...plan };
  return { playback: playbackOf(plan, file.contentType, audio === defaultAudio(info)), ...plan };
}

function playbackOf(
  { video, audio }: Omit<PlaybackPlan, 'playback'>,
  contentType: string,
  isDefaultAudio: boolean,
): Playback {
  const direct = DIRECT[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];
  const videoPlays = video === null || (isShown(video) && direct?.video.includes(video.track.codec) === true);
  const audioPlays = audio === null || direct?.audio.includes(audio.track.codec) === true;
  // A browser plays the default track of a file and offers no choice.
  if (direct !== undefined && videoPlays && audioPlays && isDefaultAudio) return 'direct';
  return (video?.copy ?? true) && (audio?.copy ?? true) ? 'remux' : 'transcode';
}

/** VP8 cannot go into MP4, yet every browser shows it. */
function isShown({ track, copy }: PlannedTrack<VideoTrack>): boolean {
  return copy || track.codec === 'vp8';
}

function isCopied({ codec, pixelFormat }: VideoTrack, { hevc }: PlaybackWish): boolean {
  if (codec === 'h264') return pixelFormat === null || PLAIN_PIXELS.has(pixelFormat);
  return COPIED_VIDEO.has(codec) && (codec !== 'hevc' || hevc);
}

function defaultAudio({ audio }: MediaInfo): AudioTrack | null {
  return audio.find(({ isDefault }) => isDefault) ?? audio[0] ?? null;
}

function chosenAudio(info: MediaInfo, index: number | undefined): AudioTrack | null {
  if (index === undefined) return defaultAudio(info);
  const chosen = info.audio.find((track) => track.index === index);
  if (chosen === undefined) throw new BridgeError('bad-request', `the file has no audio track ${index}`);
  return chosen;
}
