import { z } from 'zod';
import type { AudioTrack, MediaInfo, SubtitleTrack, VideoTrack } from './media-info.ts';

const index = z.number().int().describe('Counts all streams of the file from 0');
const language = z.string().nullable().describe('Mostly ISO 639-2');
const title = z.string().nullable();

const videoTrack: z.ZodType<VideoTrack> = z.object({
  index,
  codec: z.string(),
  width: z.number().describe('Pixels'),
  height: z.number().describe('Pixels'),
  aspect: z.number().nullable().describe('Width by height as they are to be shown'),
  frameRate: z.number().nullable().describe('Pictures per second'),
  hdr: z
    .enum(['hdr10', 'hlg', 'dolbyvision'])
    .nullable()
    .describe('Null: standard range, or the file does not say'),
  // Not kept by earlier versions of this program.
  transfer: z.string().nullable().default(null).describe('As ffmpeg names the transfer function'),
  pixelFormat: z.string().nullable(),
});

const audioTrack: z.ZodType<AudioTrack> = z.object({
  index,
  codec: z.string(),
  channels: z.number(),
  language,
  title,
  isDefault: z.boolean(),
});

const subtitleTrack: z.ZodType<SubtitleTrack> = z.object({
  index,
  codec: z.string(),
  language,
  title,
  isDefault: z.boolean(),
  forced: z.boolean(),
});

/** MediaInfo as it leaves the process and comes back: in the catalogue and in the JSON API. */
export const mediaInfoSchema = z.object({
  durationMs: z.number().nullable().describe('Milliseconds'),
  container: z.string().describe('As ffmpeg names it'),
  bitRate: z.number().nullable().describe('Bits per second'),
  video: z.array(videoTrack).readonly(),
  audio: z.array(audioTrack).readonly(),
  subtitles: z.array(subtitleTrack).readonly(),
}) satisfies z.ZodType<MediaInfo>;
