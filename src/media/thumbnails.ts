import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { DerivedCache } from './derived-cache.ts';
import { SHORT_SIGHT, type Conversion } from './ffmpeg.ts';
import type { MediaInfo, MediaLibrary } from './media-info.ts';
import { lentFile } from './lent-file.ts';
import type { MediaTools } from './media-tools.ts';
import { SharedWork } from './shared-work.ts';
import { hdrTransfer, mappable, toneMappingFilters, type HdrTransfer } from './tone-mapping.ts';

interface ThumbnailParts {
  readonly library: Pick<Library, 'children'>;
  readonly media: MediaLibrary;
  readonly tools: Pick<MediaTools, 'convert' | 'canToneMap'>;
  readonly reader: ContentReader;
  readonly cache: DerivedCache;
  readonly clock: Clock;
}

/** Where in a film the picture is taken: behind the titles, before anything is given away. */
const SHARE_OF_FILM = 0.1;
const MOST_BYTES = 4 * 1024 * 1024;
/** Pictures beside a song that stand for it, the best first. */
const COVER_NAMES = ['cover', 'folder', 'poster', 'front', 'albumart'];
/** Entries of a folder that are looked at for a cover. */
const MOST_SIBLINGS = 500;
const REMEMBERED_FAILURES = 5000;
/** When another try makes sense where the failure itself does not say (ms). */
const RETRY_AFTER_MS = 10_000;

/** Small JPEG pictures of films, songs and pictures, made when they are asked for and kept. */
export class Thumbnails {
  readonly #parts: ThumbnailParts;
  readonly #work = new SharedWork<Buffer>();
  /** What had no picture, by file and version. */
  readonly #failures = new LRUCache<string, BridgeError>({ max: REMEMBERED_FAILURES });

  constructor(parts: ThumbnailParts) {
    this.#parts = parts;
  }

  /**
   * A JPEG `width` pixels wide. Given up when nobody who asked for it waits any more.
   *
   * Rejects with a BridgeError: `not-found` when the file holds no picture, `picture-later` when what kept it from being
   * made passes by itself, `cancelled`, or what does not.
   */
  async get(file: FileEntry, width: number, signal: AbortSignal): Promise<Buffer> {
    const pictured = this.#pictured(file);
    const name = `${pictured.id}-${pictured.version}-${width}.jpg`;
    const kept = await this.#parts.cache.get(name);
    if (kept !== null) return kept;
    const version = `${pictured.id}-${pictured.version}`;
    const failure = this.#failures.get(version);
    if (failure !== undefined) throw failure;
    try {
      return await this.#work.do(name, signal, async (ending) => {
        const picture = await this.#make(pictured, width, ending);
        await this.#parts.cache.put(name, picture);
        return picture;
      });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const error = this.#refusal(asBridgeError(thrown));
      if (error.kind === 'not-found') this.#failures.set(version, error);
      throw error;
    }
  }

  /** Only that the file itself holds no picture stays so; nothing else is remembered. */
  #refusal(error: BridgeError): BridgeError {
    if (error.kind === 'media-unreadable') {
      const hint = 'Show the icon of its kind instead.';
      return new BridgeError('not-found', 'no picture can be made of this file', { cause: error, hint });
    }
    if (!error.retryable) return error;
    const { retryAt = this.#parts.clock.now() + RETRY_AFTER_MS, hint } = error;
    const message = `no picture can be made now: ${error.message}`;
    return new BridgeError('picture-later', message, { cause: error, hint, retryAt });
  }

  /** The file that has the picture: for a song, a cover beside it, which its whole album shares. */
  #pictured(file: FileEntry): FileEntry {
    return kindOf(file) === 'audio' ? (this.#coverBeside(file) ?? file) : file;
  }

  #coverBeside(file: FileEntry): FileEntry | null {
    let best: { readonly entry: FileEntry; readonly rank: number } | null = null;
    let looked = 0;
    for (const entry of this.#parts.library.children(file.parentId)) {
      looked += 1;
      if (looked > MOST_SIBLINGS) break;
      if (entry.kind === 'folder' || kindOf(entry) !== 'image') continue;
      const rank = COVER_NAMES.indexOf(entry.name.replace(/\.[^.]*$/, '').toLowerCase());
      if (rank !== -1 && (best === null || rank < best.rank)) best = { entry, rank };
    }
    return best?.entry ?? null;
  }

  async #make(file: FileEntry, width: number, signal: AbortSignal): Promise<Buffer> {
    const { media, tools, reader } = this.#parts;
    const request = { priority: 'browse', signal } as const;
    const info = await media.probe(file, request);
    const hdr = info.video[0] === undefined ? null : hdrTransfer(info.video[0]);
    const toneMapped = await mappable(hdr, tools);
    const conversion = pictureOf(info, { isStill: kindOf(file) === 'image', width, toneMapped });
    return tools.convert(
      lentFile(reader, file, { priority: 'browse', client: null }),
      conversion,
      MOST_BYTES,
      request,
    );
  }
}

interface PictureWish {
  readonly isStill: boolean;
  readonly width: number;
  /** Null: its colours are taken as they are. */
  readonly toneMapped: HdrTransfer | null;
}

function pictureOf(info: MediaInfo, { isStill, width, toneMapped }: PictureWish): Conversion {
  const video = info.video[0];
  const at = isStill || info.durationMs === null ? 0 : (info.durationMs / 1000) * SHARE_OF_FILM;
  // A key frame alone is decoded, so that little is read. Without moving pictures: the embedded cover.
  const seek = video === undefined || at === 0 ? [] : ['-noaccurate_seek', '-ss', at.toFixed(3)];
  const mapping = toneMapped === null ? [] : [toneMappingFilters(toneMapped)];
  const keyFrames = isStill ? [] : ['-skip_frame', 'nokey'];
  return {
    input: [...SHORT_SIGHT, '-max_pixels', MOST_PIXELS, ...keyFrames, ...seek],
    output: [
      ...['-map', video === undefined ? '0:v:0' : `0:${video.index}`, '-frames:v', '1'],
      ...['-vf', [scaledTo(width), ...mapping, 'format=yuvj420p'].join(',')],
      ...['-c:v', 'mjpeg', '-q:v', '4', '-map_metadata', '-1', '-f', 'image2pipe'],
    ],
  };
}

/** A picture that claims to be larger is after the memory of this machine. */
const MOST_PIXELS = String(200_000_000);

/** In the proportions in which it is to be shown, but no taller than three times its width. */
function scaledTo(width: number): string {
  return `scale=w=${width}:h='max(2,min(${3 * width},trunc(${width}/dar/2)*2))',setsar=1`;
}

function kindOf({ name, contentType }: FileEntry): ReturnType<typeof mediaKindOf> {
  return mediaKindOf(name, contentType);
}
