import { z } from 'zod';
import type { AudioTrack, HdrKind, MediaInfo, SubtitleTrack, VideoTrack } from './media-info.ts';

/** Numbers come as numbers, as texts or as `N/A`, depending on the field and on who passes them on. */
const amount = z
  .union([z.number(), z.string()])
  .transform((value) => (value === '' ? NaN : Number(value)))
  .transform((value) => (Number.isFinite(value) && value >= 0 ? value : null))
  .nullable()
  .catch(null);

/** A title may read as a number. What nobody could read on a page is cut. */
const LONGEST_LABEL = 200;
const label = z
  .union([z.string(), z.number()])
  .transform((value) =>
    String(value)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, LONGEST_LABEL),
  )
  .transform((value) => (value === '' || value === 'N/A' || value === 'unknown' ? null : value))
  .nullable()
  .catch(null);

const flag = z
  .unknown()
  .transform((value) => Number(value) === 1)
  .catch(false);

const streamSchema = z.object({
  index: z.number().int().min(0),
  codec_type: z.string(),
  codec_name: label,
  width: amount,
  height: amount,
  display_aspect_ratio: label,
  avg_frame_rate: label,
  r_frame_rate: label,
  pix_fmt: label,
  color_transfer: label,
  dv_profile: amount,
  channels: amount,
  tags: z.object({ language: label, title: label }).catch({ language: null, title: null }),
  disposition: z
    .object({ default: flag, forced: flag, attached_pic: flag })
    .catch({ default: false, forced: false, attached_pic: false }),
});

type Stream = z.infer<typeof streamSchema>;

const answerSchema = z.object({
  streams: z.array(z.unknown()),
  format: z.object({ format_name: label, duration: amount, bit_rate: amount }),
});

/** More tracks than any honest file has are not shown. */
const MOST_TRACKS = 200;

/** Reads what ffprobe said of a file; null when it is no media. Fields that make no sense count as not given. */
export function readProbeAnswer(answer: unknown): MediaInfo | null {
  const read = answerSchema.safeParse(answer);
  if (!read.success) return null;
  const { format } = read.data;
  const streams = read.data.streams.slice(0, MOST_TRACKS).flatMap((stream) => {
    const { data } = streamSchema.safeParse(stream);
    return data === undefined ? [] : [data];
  });
  const of = (type: string): Stream[] => streams.filter(({ codec_type }) => codec_type === type);
  const info: MediaInfo = {
    durationMs: format.duration === null ? null : Math.round(format.duration * 1000),
    container: format.format_name ?? 'unknown',
    bitRate: format.bit_rate,
    video: of('video')
      .filter(({ disposition }) => !disposition.attached_pic)
      .map(videoTrack),
    audio: of('audio').map(audioTrack),
    subtitles: of('subtitle').map(subtitleTrack),
  };
  return info.video.length + info.audio.length + info.subtitles.length === 0 ? null : info;
}

/** By ffmpeg's names of the transfer functions PQ and HLG (ITU-R BT.2100). */
const HDR_BY_TRANSFER: Readonly<Record<string, HdrKind>> = { smpte2084: 'hdr10', 'arib-std-b67': 'hlg' };

/** Dolby Vision has a record of its own in the container, mostly over a picture that passes for HDR10 or HLG too. */
function hdrKind({ dv_profile, color_transfer }: Stream): HdrKind | null {
  if (dv_profile !== null) return 'dolbyvision';
  return HDR_BY_TRANSFER[color_transfer ?? ''] ?? null;
}

function videoTrack(stream: Stream): VideoTrack {
  const width = Math.round(stream.width ?? 0);
  const height = Math.round(stream.height ?? 0);
  const aspect = fraction(stream.display_aspect_ratio, ':') ?? (height === 0 ? null : width / height);
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    width,
    height,
    aspect: aspect === null ? null : Math.round(aspect * 1000) / 1000,
    frameRate: fraction(stream.avg_frame_rate, '/') ?? fraction(stream.r_frame_rate, '/'),
    hdr: hdrKind(stream),
    transfer: stream.color_transfer,
    pixelFormat: stream.pix_fmt,
  };
}

function audioTrack({ index, codec_name, channels, tags, disposition }: Stream): AudioTrack {
  return {
    index,
    codec: codec_name ?? 'unknown',
    channels: Math.round(channels ?? 0),
    ...labels(tags),
    isDefault: disposition.default,
  };
}

function subtitleTrack({ index, codec_name, tags, disposition }: Stream): SubtitleTrack {
  return {
    index,
    codec: codec_name ?? 'unknown',
    ...labels(tags),
    isDefault: disposition.default,
    forced: disposition.forced,
  };
}

/** `und` is ISO 639-2's word for nothing said. */
function labels({ language, title }: Stream['tags']): Pick<AudioTrack, 'language' | 'title'> {
  return { language: language === 'und' ? null : language, title };
}

/** A fraction of two positive numbers with `sign` between them, to three decimals. */
function fraction(text: string | null, sign: string): number | null {
  const [above, below] = (text ?? '').split(sign).map(Number);
  if (above === undefined || below === undefined || !(above > 0) || !(below > 0)) return null;
  return Math.round((above / below) * 1000) / 1000;
}
