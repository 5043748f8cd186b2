import type { Addresses } from '../api/addresses.ts';
import type { PlayableMedia } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';

/** What a media element is given to play. */
export interface Source {
  /** `made`: by the bridge from some moment on; its own clock begins at 0 there, and it cannot be sought in. */
  readonly kind: 'direct' | 'made';
  readonly address: string;
  /** Second of the film at which the element's clock says 0. */
  readonly start: number;
}

export interface SourceWish {
  readonly file: FileEntry;
  /** Null: not known, or not to be known. */
  readonly media: PlayableMedia | null;
  /** `index` of an audio track that was chosen; null: the usual one. */
  readonly audio: number | null;
  /** Seconds. */
  readonly position: number;
  /** The browser has failed with the file as it is. */
  readonly hasDirectFailed: boolean;
  readonly showsHevc: boolean;
}

export function chooseSource(addresses: Addresses, wish: SourceWish): Source {
  const { file, media, audio, position, hasDirectFailed, showsHevc } = wish;
  const mustBeMade =
    media !== null && media.ffmpeg && (media.plan !== 'direct' || hasDirectFailed || audio !== null);
  if (!mustBeMade) return { kind: 'direct', address: addresses.stream(file), start: 0 };
  return {
    kind: 'made',
    address: addresses.made(file, { start: position, audio, hevc: showsHevc }),
    start: position,
  };
}

/** Spans of a media element's clock, as its `buffered` and `seekable` give them. */
export type Spans = Pick<TimeRanges, 'length' | 'start' | 'end'>;

/** Whether the element has this second of its clock at hand. */
export function holds(spans: Spans, second: number): boolean {
  for (let index = 0; index < spans.length; index += 1) {
    if (second >= spans.start(index) && second <= spans.end(index)) return true;
  }
  return false;
}

/** The end of what is at hand around this second of the element's clock; the second itself when nothing is. */
export function heldUntil(spans: Spans, second: number): number {
  for (let index = 0; index < spans.length; index += 1) {
    if (second >= spans.start(index) - 0.5 && second <= spans.end(index)) return spans.end(index);
  }
  return second;
}
