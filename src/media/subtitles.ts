import { Readable } from 'node:stream';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { DerivedCache } from './derived-cache.ts';
import type { Conversion } from './ffmpeg.ts';
import type { LentContent } from './loopback.ts';
import type { MediaLibrary } from './media-info.ts';
import { lentFile } from './lent-file.ts';
import type { MediaTools } from './media-tools.ts';
import { SharedWork } from './shared-work.ts';
import { decodeSubtitles, webVttFromSubRip } from './subtitle-text.ts';

interface SubtitleParts {
  readonly media: MediaLibrary;
  readonly tools: Pick<MediaTools, 'convert'>;
  readonly reader: ContentReader;
  readonly cache: DerivedCache;
}

/** Bytes of a subtitle file, and of what is made of one. */
const MOST_BYTES = 8 * 1024 * 1024;
/** ms: the tracks of a film lie scattered over all of it, so that all of it must be read. */
const WHOLE_FILM_PATIENCE_MS = 15 * 60_000;
/** ffmpeg's names of the codecs that hold text; the others hold pictures. */
const TEXT_CODECS: ReadonlySet<string> = new Set([
  ...[
    'subrip',
    'srt',
    'ass',
    'ssa',
    'webvtt',
    'mov_text',
    'text',
    'hdmv_text_subtitle',
    'eia_608',
    'jacosub',
  ],
  ...['microdvd', 'mpl2', 'pjs', 'realtext', 'sami', 'stl', 'subviewer', 'subviewer1', 'vplayer', 'ttml'],
]);

/** Subtitles in the one form that browsers show: WebVTT. */
export class Subtitles {
  readonly #parts: SubtitleParts;
  readonly #work = new SharedWork<Buffer>();

  constructor(parts: SubtitleParts) {
    this.#parts = parts;
  }

  /**
   * A text track within a film. Rejects with a BridgeError: `not-found` when there is no such track, and
   * `media-unreadable` when it holds pictures.
   */
  async ofTrack(film: FileEntry, index: number, signal: AbortSignal): Promise<Buffer> {
    const { media, tools, reader } = this.#parts;
    const request = { priority: 'browse', signal } as const;
    const track = (await media.probe(film, request)).subtitles.find((one) => one.index === index);
    if (track === undefined) throw new BridgeError('not-found', `the film has no subtitle track ${index}`);
    if (!TEXT_CODECS.has(track.codec)) throw holdsPictures(track.codec);
    return this.#once(`${film.id}-${film.version}-${index}.vtt`, signal, (ending) =>
      tools.convert(
        lentFile(reader, film, { priority: 'browse', client: null }),
        toWebVtt(index),
        MOST_BYTES,
        {
          priority: 'browse',
          signal: ending,
          patienceMs: WHOLE_FILM_PATIENCE_MS,
        },
      ),
    );
  }

  /** A subtitle file, as they lie beside films. Rejects with `media-unreadable` when it is none that holds text. */
  ofFile(file: FileEntry, signal: AbortSignal): Promise<Buffer> {
    const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
    const format = FILE_FORMATS.get(extension);
    if (format === undefined) return Promise.reject(holdsPictures(extension));
    if (file.size > MOST_BYTES) {
      return Promise.reject(new BridgeError('media-unreadable', 'the file is too large for subtitles'));
    }
    return this.#once(`${file.id}-${file.version}.vtt`, signal, async (ending) => {
      const text = decodeSubtitles(await this.#read(file, ending));
      if (format === 'webvtt') return Buffer.from(text);
      if (format === 'subrip') return Buffer.from(webVttFromSubRip(text));
      const request = { priority: 'browse', signal: ending } as const;
      return this.#parts.tools.convert(lentText(text), toWebVtt(0), MOST_BYTES, request);
    });
  }

  async #once(
    name: string,
    signal: AbortSignal,
    make: (signal: AbortSignal) => Promise<Buffer>,
  ): Promise<Buffer> {
    const { cache } = this.#parts;
    return (
      (await cache.get(name)) ??
      this.#work.do(name, signal, async (ending) => {
        const made = await make(ending);
        await cache.put(name, made);
        return made;
      })
    );
  }

  async #read(file: FileEntry, signal: AbortSignal): Promise<Buffer> {
    const range = { start: 0, end: file.size };
    const body = await this.#parts.reader.open(file, { range, priority: 'browse', signal, client: null });
    return Buffer.concat(await body.toArray());
  }
}

const FILE_FORMATS: ReadonlyMap<string, 'subrip' | 'webvtt' | 'ass'> = new Map([
  ['srt', 'subrip'],
  ['vtt', 'webvtt'],
  ['ass', 'ass'],
  ['ssa', 'ass'],
]);

function toWebVtt(index: number): Conversion {
  return { input: [], output: ['-map', `0:${index}`, '-c:s', 'webvtt', '-f', 'webvtt'] };
}

function lentText(text: string): LentContent {
  const bytes = Buffer.from(text);
  return {
    size: bytes.length,
    contentType: 'text/plain; charset=utf-8',
    open: ({ start, end }) => Promise.resolve(Readable.from([bytes.subarray(start, end)])),
  };
}

function holdsPictures(kind: string): BridgeError {
  return new BridgeError('media-unreadable', `subtitles of the kind ${kind} cannot be shown as text`, {
    hint: 'They are pictures, or of a rare kind; play the film in VLC, mpv or another player that shows them.',
  });
}
