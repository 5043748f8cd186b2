import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PlayableMedia } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';
import { useServices } from '../shell/services.ts';
import { embeddedSubtitles, preferredSubtitles, subtitlesBeside, type SubtitleChoice } from './subtitles.ts';

export interface SubtitleState {
  readonly choices: ReadonlySignal<readonly SubtitleChoice[]>;
  readonly chosen: ReadonlySignal<SubtitleChoice | null>;
  readonly choose: (choice: SubtitleChoice | null) => void;
  /** None, or those chosen last, or else the first. */
  readonly toggle: () => void;
}

/** What subtitles there are, as they become known, and which of them are shown: the language chosen last, if any. */
export function useSubtitles(
  file: FileEntry,
  media: ReadonlySignal<PlayableMedia | null>,
  siblings: ReadonlySignal<readonly FileEntry[]>,
): SubtitleState {
  const { addresses, preferences } = useServices();
  const chosen = useSignal<SubtitleChoice | null>(null);
  const isChosenByHand = useSignal(false);
  const choices = useComputed(() => [
    ...subtitlesBeside(addresses, file, siblings.value),
    ...(media.value === null ? [] : embeddedSubtitles(addresses, file, media.value)),
  ]);
  useEffect(() => {
    if (isChosenByHand.value || chosen.value !== null) return;
    chosen.value = preferredSubtitles(choices.value, preferences.subtitles.peek());
  }, [choices.value]);

  const choose = (choice: SubtitleChoice | null): void => {
    isChosenByHand.value = true;
    chosen.value = choice;
    preferences.subtitles.value = choice?.language ?? '';
  };
  const toggle = (): void => choose(chosen.value === null ? (choices.value[0] ?? null) : null);
  return { choices, chosen, choose, toggle };
}
