import type { Addresses } from '../api/addresses.ts';
import type { MediaInfo } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';
import { describeSubtitles } from '../details/media-facts.ts';
import { languageName } from '../format/format.ts';

/** Subtitles that can be shown, as WebVTT. */
export interface SubtitleChoice {
  readonly label: string;
  /** As the file or its name says; null: unknown. */
  readonly language: string | null;
  readonly address: string;
}

const TEXT_CODECS: ReadonlySet<string> = new Set([
  'subrip',
  'srt',
  'ass',
  'ssa',
  'mov_text',
  'webvtt',
  'text',
]);
const TEXT_FILE = /\.(?:srt|ass|ssa|vtt)$/i;

/** Tracks within the film, of text rather than pictures. */
export function embeddedSubtitles(
  addresses: Addresses,
  file: FileEntry,
  media: MediaInfo,
): readonly SubtitleChoice[] {
  return media.subtitles
    .filter(({ codec }) => TEXT_CODECS.has(codec))
    .map((track, position) => ({
      label: describeSubtitles(track) || `Track ${position + 1}`,
      language: track.language,
      address: addresses.embeddedSubtitles(file, track.index),
    }));
}

/** Files beside the film that carry its name: "Film.srt", "Film.en.srt", "Film.fr.forced.ass". */
export function subtitlesBeside(
  addresses: Addresses,
  file: FileEntry,
  siblings: readonly FileEntry[],
): readonly SubtitleChoice[] {
  const stem = stemOf(file.name).toLowerCase();
  return siblings.flatMap((sibling) => {
    const own = stemOf(sibling.name);
    const isOfFilm = own.toLowerCase() === stem || own.toLowerCase().startsWith(`${stem}.`);
    if (!TEXT_FILE.test(sibling.name) || !isOfFilm) return [];
    const marks = own
      .slice(stem.length + 1)
      .split('.')
      .filter((mark) => mark !== '');
    const language = marks.find((mark) => /^[a-z]{2,3}(?:-[a-z]{2,4})?$/i.test(mark)) ?? null;
    const others = marks.filter((mark) => mark !== language);
    const label = [languageName(language), ...others].filter((part) => part !== null).join(', ');
    return [
      { label: label === '' ? sibling.name : label, language, address: addresses.subtitleFile(sibling) },
    ];
  });
}

/** The choice in the language that was chosen last, be it written with two letters or three. */
export function preferredSubtitles(
  choices: readonly SubtitleChoice[],
  language: string,
): SubtitleChoice | null {
  if (language === '') return null;
  return choices.find((choice) => languageKey(choice.language) === languageKey(language)) ?? null;
}

function languageKey(language: string | null): string {
  return languageName(language) ?? '';
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
