import type { FileEntry } from './types.ts';

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

  /** `start` in seconds; `audio` is the stream's index. */
  remuxed(file: FileEntry, start: number, audio: number | null): string {
    const track = audio === null ? '' : `&audio=${audio}`;
    return `${this.#base}media/${file.id}/play.mp4?start=${start.toFixed(3)}${track}`;
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
