import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { Conversion } from './ffmpeg.ts';
import { lentFile } from './lent-file.ts';
import type { MediaTools } from './media-tools.ts';
import type { PlaybackPlan } from './playback-plan.ts';

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
  readonly #tools: Pick<MediaTools, 'play'>;
  readonly #reader: ContentReader;

  constructor(tools: Pick<MediaTools, 'play'>, reader: ContentReader) {
    this.#tools = tools;
    this.#reader = reader;
  }

  /**
   * Fragmented MP4, made at the pace at which it is read, whose clock says 0 at `start`; resolves when the first bytes are
   * there. Destroying it kills ffmpeg.
   *
   * Rejects with a BridgeError, `media-busy` when all players are taken.
   */
  play(file: FileEntry, { plan, start, signal, client }: PlayRequest): Promise<Readable> {
    if (file.contentType.startsWith('image/') || (plan.video === null && plan.audio === null)) {
      return Promise.reject(new BridgeError('bad-request', 'the file holds nothing that plays'));
    }
    const content = lentFile(this.#reader, file, { priority: 'viewer', client });
    return this.#tools.play(content, conversionFor(plan, start), { priority: 'viewer', signal });
  }
}

function conversionFor(plan: PlaybackPlan, start: number): Conversion {
  return {
    input: seekOptions(plan, start),
    output: [...mapOptions(plan), ...videoOptions(plan), ...audioOptions(plan), ...CONTAINER_OPTIONS],
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

function videoOptions({ video }: PlaybackPlan): string[] {
  if (video === null) return [];
  // The tag by which Apple's players know HEVC.
  if (video.copy) return ['-c:v', 'copy', ...(video.track.codec === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-maxrate', '8M', '-bufsize', '16M'],
    ...['-vf', FIT_1080P, '-g', '50'],
  ];
}

/** Square pixels and even sides within 1920 by 1080, in the form of H.264 that every browser plays. */
const FIT_1080P =
  "scale=w='trunc(min(1,min(1920/(iw*sar),1080/ih))*iw*sar/2)*2':h='trunc(min(1,min(1920/(iw*sar),1080/ih))*ih/2)*2'" +
  ',setsar=1,format=yuv420p';

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
