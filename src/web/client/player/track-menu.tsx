import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { AudioTrack } from '../api/media-info.ts';
import { describeAudio } from '../details/media-facts.ts';
import { Icon } from '../shell/icon.tsx';
import type { Playback } from './playback.ts';
import type { SubtitleChoice } from './subtitles.ts';

interface TrackMenuProps {
  readonly playback: Playback;
  readonly audio: readonly AudioTrack[];
  readonly subtitles: ReadonlySignal<readonly SubtitleChoice[]>;
  readonly chosenSubtitles: ReadonlySignal<SubtitleChoice | null>;
  readonly onSubtitles: (choice: SubtitleChoice | null) => void;
}

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** Subtitles, sound and speed. */
export function TrackMenu({ playback, audio, subtitles, chosenSubtitles, onSubtitles }: TrackMenuProps) {
  const usualAudio = audio.find(({ isDefault }) => isDefault) ?? audio[0];
  const chosenAudio = playback.audio.value ?? usualAudio?.index;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        popovertarget="tracks"
        aria-label="Subtitles, sound and speed"
        title="Subtitles, sound and speed"
      >
        <Icon name="subtitle" />
      </button>
      <div id="tracks" popover="auto" class="menu tracks">
        <Choices label="Subtitles">
          <Choice
            group="subtitles"
            label="None"
            isChosen={chosenSubtitles.value === null}
            onChoose={() => onSubtitles(null)}
          />
          {subtitles.value.map((choice) => (
            <Choice
              key={choice.address}
              group="subtitles"
              label={choice.label}
              isChosen={chosenSubtitles.value?.address === choice.address}
              onChoose={() => onSubtitles(choice)}
            />
          ))}
        </Choices>
        {audio.length > 1 && (
          <Choices label="Sound">
            {audio.map((track) => (
              <Choice
                key={track.index}
                group="audio"
                label={describeAudio(track)}
                isChosen={track.index === chosenAudio}
                onChoose={() => playback.chooseAudio(track.index === usualAudio?.index ? null : track.index)}
              />
            ))}
          </Choices>
        )}
        <Choices label="Speed">
          {RATES.map((rate) => (
            <Choice
              key={rate}
              group="rate"
              label={rate === 1 ? 'Normal' : `${rate}×`}
              isChosen={playback.rate.value === rate}
              onChoose={() => playback.changeRate(rate)}
            />
          ))}
        </Choices>
      </div>
    </>
  );
}

function Choices({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly group: string;
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Choice({ group, label, isChosen, onChoose }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="radio" name={group} checked={isChosen} onChange={onChoose} />
      <Icon name="check" />
      <bdi>{label}</bdi>
    </label>
  );
}
