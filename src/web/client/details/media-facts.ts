import type { AudioTrack, PlayableMedia, SubtitleTrack, VideoTrack } from '../api/media-info.ts';
import { languageName, spokenDuration } from '../format/format.ts';

/** One line of the details: what it is about, and what there is to say. */
export interface Fact {
  readonly label: string;
  readonly values: readonly string[];
}

/** Why the colours are not as they should be. */
export const PALE = 'Colours look pale here: this ffmpeg has no zscale filter, which HDR needs.';

export function mediaFacts(info: PlayableMedia): readonly Fact[] {
  const facts: Fact[] = [
    { label: 'Duration', values: info.durationMs === null ? [] : [spokenDuration(info.durationMs / 1000)] },
    { label: 'Video', values: info.video.map(describeVideo) },
    { label: 'Note', values: info.pale ? [PALE] : [] },
    { label: 'Audio', values: info.audio.map(describeAudio) },
    { label: 'Subtitles', values: info.subtitles.map(describeSubtitles) },
    { label: 'Bit rate', values: info.bitRate === null ? [] : [formatBitRate(info.bitRate)] },
  ];
  return facts.filter(({ values }) => values.length > 0);
}

export function describeAudio(track: AudioTrack): string {
  return joined(
    languageName(track.language),
    codecName(track.codec),
    channelLayout(track.channels),
    track.title,
  );
}

export function describeSubtitles(track: SubtitleTrack): string {
  return joined(
    languageName(track.language),
    codecName(track.codec),
    track.forced ? 'forced' : null,
    track.title,
  );
}

function describeVideo(track: VideoTrack): string {
  const rate = track.frameRate === null ? null : `${Number(track.frameRate.toFixed(3))} fps`;
  const hdr = track.hdr === null ? null : HDR_KINDS[track.hdr];
  return joined(codecName(track.codec), `${track.width} × ${track.height}`, rate, hdr);
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(', ');
}

const HDR_KINDS = { hdr10: 'HDR10', hlg: 'HLG', dolbyvision: 'Dolby Vision' } as const;

const CODECS: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'HEVC',
  av1: 'AV1',
  vp8: 'VP8',
  vp9: 'VP9',
  mpeg2video: 'MPEG-2',
  mpeg4: 'MPEG-4',
  aac: 'AAC',
  ac3: 'Dolby Digital',
  eac3: 'Dolby Digital Plus',
  truehd: 'Dolby TrueHD',
  dts: 'DTS',
  mp3: 'MP3',
  flac: 'FLAC',
  opus: 'Opus',
  vorbis: 'Vorbis',
  subrip: 'SubRip',
  ass: 'ASS',
  ssa: 'SSA',
  webvtt: 'WebVTT',
  mov_text: 'Timed text',
  hdmv_pgs_subtitle: 'PGS (pictures)',
  dvd_subtitle: 'VobSub (pictures)',
};

function codecName(codec: string): string {
  return CODECS[codec] ?? codec.toUpperCase();
}

function channelLayout(channels: number): string {
  const names: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };
  return names[channels] ?? `${channels} channels`;
}

function formatBitRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}
