import type { Priority } from '../fichier/api.ts';
import type { FileEntry } from '../library/entry.ts';

/** What a media file holds. Everything in it was written by whoever made the file: to be shown, never obeyed. */
export interface MediaInfo {
  /** Null: not known, as for a picture. */
  readonly durationMs: number | null;
  /** The names by which ffmpeg knows the container, with commas between them. */
  readonly container: string;
  /** Bits per second of the whole. */
  readonly bitRate: number | null;
  /** Cover pictures are none of them. */
  readonly video: readonly VideoTrack[];
  readonly audio: readonly AudioTrack[];
  readonly subtitles: readonly SubtitleTrack[];
}

/** `index` of every track counts all streams of the file from 0, as ffmpeg does. */
export interface VideoTrack {
  readonly index: number;
  /** ffmpeg's name of the codec, such as `h264`. */
  readonly codec: string;
  /** Pixels as they are stored. */
  readonly width: number;
  readonly height: number;
  /** Width by height as they are to be shown. */
  readonly aspect: number | null;
  /** Pictures per second. */
  readonly frameRate: number | null;
  /** Null: it is SDR, or the file does not say. */
  readonly hdr: HdrKind | null;
  /** ffmpeg's name of the transfer function, such as `bt709`; null: the file does not say. */
  readonly transfer: string | null;
  /** ffmpeg's name, such as `yuv420p`. */
  readonly pixelFormat: string | null;
}

/** How a picture with more than the standard range of brightness is coded. */
export type HdrKind = 'hdr10' | 'hlg' | 'dolbyvision';

export interface AudioTrack {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  /** As the file says, mostly ISO 639-2; null where it says nothing. */
  readonly language: string | null;
  readonly title: string | null;
  readonly isDefault: boolean;
}

export interface SubtitleTrack {
  readonly index: number;
  readonly codec: string;
  readonly language: string | null;
  readonly title: string | null;
  readonly isDefault: boolean;
  readonly forced: boolean;
}

/**
 * Media information of files, kept in the catalogue by file id and version.
 *
 * @public
 */
export interface MediaLibrary {
  /** From the catalogue; null when the file was not probed yet or could not be. */
  known(file: FileEntry): MediaInfo | null;
  /**
   * From the catalogue or by ffprobe, once for all who ask at once.
   *
   * Rejects with a BridgeError: `media-unreadable` for what is no media, also when that is known from an earlier try,
   * `media-program-missing`, `media-busy`, `cancelled`, or what reading the file rejects with.
   */
  probe(
    file: FileEntry,
    request: { readonly priority: Priority; readonly signal?: AbortSignal | undefined },
  ): Promise<MediaInfo>;
}
