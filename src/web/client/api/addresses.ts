import type { FileEntry } from './types.ts';

interface MadeFilm {
  /** Seconds into the film. */
  readonly start: number;
  /** `index` of the audio track; null: the usual one. */
  readonly audio: number | null;
  /** Whether this browser shows H.265. */
  readonly hevc: boolean;
}

/** Addresses below the bridge's root, which may itself lie below a path of a proxy. */
export class Addresses {
  readonly #base: string;

  /** @param base ends in a slash. */
  constructor(base: string) {
    this.#base = base;
  }

  /** The bytes of a file: stable through renames, and signed when a token is set. */
  stream(file: FileEntry): string {
    return this.#base + file.stream.replace(/^\//, '');
  }

  download(file: FileEntry): string {
    const stream = this.stream(file);
    return `${stream}${stream.includes('?') ? '&' : '?'}download=1`;
  }

  thumbnail(file: FileEntry, width: number): string {
    return `${this.#base}media/${file.id}/thumbnail.jpg?width=${width}`;
  }

  /** The film as the bridge makes it for a browser. */
  made(file: FileEntry, { start, audio, hevc }: MadeFilm): string {
    const query = new URLSearchParams({ start: start.toFixed(3) });
    if (audio !== null) query.set('audio', String(audio));
    if (hevc) query.set('accept', 'hevc');
    return `${this.#base}media/${file.id}/play.mp4?${query.toString()}`;
  }

  embeddedSubtitles(file: FileEntry, index: number): string {
    return `${this.#base}media/${file.id}/subtitles/${index}.vtt`;
  }

  subtitleFile(file: FileEntry): string {
    return `${this.#base}media/${file.id}/subtitles.vtt`;
  }

  /** The status, live. */
  events(): string {
    return `${this.#base}api/v1/events`;
  }

  playlist(folderPath: string, options: { readonly recursive: boolean }): string {
    const recursive = options.recursive ? '&recursive=1' : '';
    return `${this.#base}playlist.m3u8?path=${encodeURIComponent(folderPath)}${recursive}`;
  }

  /** The folder as a plain list, which needs no script. */
  plainList(folderAddress: string): string {
    return this.#base + folderAddress.replace(/^\//, '');
  }
}
