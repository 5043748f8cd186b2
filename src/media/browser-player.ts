import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { Conversion } from './ffmpeg.ts';
import { firstTimestamp } from './first-timestamp.ts';
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

export interface Playing {
  /** Fragmented MP4, made at the pace at which it is read. Destroying it kills ffmpeg. */
  readonly body: Readable;
  /** Where its first picture lies in the film (seconds): copied video can only begin at a key frame. */
  readonly startSeconds: number;
}

/** Plays in a browser what a browser cannot play as it is. */
export class BrowserPlayer {
  readonly #tools: Pick<MediaTools, 'convert' | 'play'>;
  readonly #reader: ContentReader;

  constructor(tools: Pick<MediaTools, 'convert' | 'play'>, reader: ContentReader) {
    this.#tools = tools;
    this.#reader = reader;
  }

  /** Resolves when the first bytes are there; rejects with a BridgeError, `media-busy` when all players are taken. */
  async play(file: FileEntry, { plan, start, signal, client }: PlayRequest): Promise<Playing> {
    if (file.contentType.startsWith('image/') || (plan.video === null && plan.audio === null)) {
      throw new BridgeError('bad-request', 'the file holds nothing that plays');
    }
    const request = { priority: 'viewer', signal } as const;
    const content = lentFile(this.#reader, file, { priority: 'viewer', client });
    const opening = this.#tools.play(content, conversionFor(plan, start), request);
    try {
      const [body, startSeconds] = await Promise.all([opening, this.#realStart(file, plan, start, signal)]);
      return { body, startSeconds };
    } catch (error) {
      opening.then(
        (body) => body.destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  /** ffmpeg seeks to the same place each time: a look at the first packets from there tells where it is. */
  async #realStart(file: FileEntry, plan: PlaybackPlan, start: number, signal: AbortSignal): Promise<number> {
    if (start === 0 || plan.video?.copy !== true) return start;
    const look: Conversion = {
      input: seekOptions(plan, start),
      output: [...mapOptions(plan), '-c', 'copy', '-frames:v', '1', '-frames:a', '1', '-f', 'framecrc'],
    };
    const content = lentFile(this.#reader, file, { priority: 'viewer', client: null });
    const packets = await this.#tools.convert(content, look, 64 * 1024, { priority: 'viewer', signal });
    return Math.max(0, start + (firstTimestamp(packets.toString('latin1')) ?? 0));
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

const CONTAINER_OPTIONS = [
  ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-max_muxing_queue_size', '4096'],
  ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '2000000', '-f', 'mp4'],
];
