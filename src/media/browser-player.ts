import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { Conversion } from './ffmpeg.ts';
import { lentFile } from './lent-file.ts';
import type { MediaTools } from './media-tools.ts';
import type { PlaybackPlan } from './playback-plan.ts';
import { convertedHdr, mappable, toneMappingFilters, type HdrTransfer } from './tone-mapping.ts';

export interface PlayRequest {
  readonly plan: PlaybackPlan;
  /** Where to begin (seconds from the start of the film). */
  readonly start: number;
  readonly signal: AbortSignal;
  /** Who watches, for the status page. */
  readonly client: string;
}

/** Plays in a browser what a browser cannot play as it is. */
export class BrowserPlayer {
  readonly #tools: Pick<MediaTools, 'play' | 'canToneMap'>;
  readonly #reader: ContentReader;

  constructor(tools: Pick<MediaTools, 'play' | 'canToneMap'>, reader: ContentReader) {
    this.#tools = tools;
    this.#reader = reader;
  }

  /**
   * Fragmented MP4, made at the pace at which it is read, whose clock says 0 at `start`; resolves when the first bytes are
   * there. Destroying it kills ffmpeg.
   *
   * Rejects with a BridgeError, `media-busy` when all players are taken.
   */
  async play(file: FileEntry, { plan, start, signal, client }: PlayRequest): Promise<Readable> {
    if (file.contentType.startsWith('image/') || (plan.video === null && plan.audio === null)) {
      throw new BridgeError('bad-request', 'the file holds nothing that plays');
    }
    const content = lentFile(this.#reader, file, { priority: 'viewer', client });
    const conversion = conversionFor(plan, start, await mappable(convertedHdr(plan), this.#tools));
    return this.#tools.play(content, conversion, { priority: 'viewer', signal });
  }
}

function conversionFor(plan: PlaybackPlan, start: number, toneMapped: HdrTransfer | null): Conversion {
  return {
    input: seekOptions(plan, start),
    output: [
      ...mapOptions(plan),
      ...videoOptions(plan, toneMapped),
      ...audioOptions(plan),
      ...CONTAINER_OPTIONS,
    ],
  };
}

/** Before the input, so that ffmpeg seeks in the file instead of reading up to there. */
function seekOptions({ video }: PlaybackPlan, start: number): string[] {
  if (start === 0) return [];
  // Sound that is decoded would begin at `start`, copied pictures at the key frame before: begin with both there.
  return [...(video?.copy === true ? ['-noaccurate_seek'] : []), '-ss', start.toFixed(3)];
}

function mapOptions({ video, audio }: PlaybackPlan): string[] {
  return [video, audio].flatMap((chosen) => (chosen === null ? [] : ['-map', `0:${chosen.track.index}`]));
}

function videoOptions({ video }: PlaybackPlan, toneMapped: HdrTransfer | null): string[] {
  if (video === null) return [];
  // The tag by which Apple's players know HEVC.
  if (video.copy) return ['-c:v', 'copy', ...(video.track.codec === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-maxrate', '8M', '-bufsize', '16M'],
    ...['-vf', filtersFor(toneMapped), '-g', '50'],
    ...(toneMapped === null ? [] : BT709_TAGS),
  ];
}

/** In the form of H.264 that every browser plays. Tone mapping costs as much again, so its pictures are smaller. */
function filtersFor(toneMapped: HdrTransfer | null): string {
  const filters =
    toneMapped === null ? [fitInto(1920, 1080)] : [fitInto(1280, 720), toneMappingFilters(toneMapped)];
  return [...filters, 'format=yuv420p'].join(',');
}

/** Square pixels and even sides, no larger than before. */
function fitInto(width: number, height: number): string {
  const factor = `min(1,min(${width}/(iw*sar),${height}/ih))`;
  return `scale=w='trunc(${factor}*iw*sar/2)*2':h='trunc(${factor}*ih/2)*2',setsar=1`;
}

const BT709_TAGS = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];

function audioOptions({ audio }: PlaybackPlan): string[] {
  if (audio === null) return [];
  return audio.copy ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-b:a', '192k', '-ac', '2'];
}

/**
 * Copied video begins at the key frame before the start. What comes before the start keeps its negative time, which an
 * edit list hides: players decode it and show nothing of it.
 */
const CONTAINER_OPTIONS = [
  ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-max_muxing_queue_size', '4096'],
  ...['-avoid_negative_ts', 'disabled', '-use_editlist', '1'],
  ...['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-frag_duration', '2000000', '-f', 'mp4'],
];
