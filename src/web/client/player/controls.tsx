import type { ComponentChildren } from 'preact';
import { formatClock } from '../format/format.ts';
import { Icon, type IconName } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import type { Playback } from './playback.ts';
import { SeekBar } from './seek-bar.tsx';

interface ControlsProps {
  readonly playback: Playback;
  readonly isFullscreen: boolean;
  readonly onFullscreen: () => void;
  /** Null: there is no next one. */
  readonly onNext: (() => void) | null;
  /** The menu of tracks. */
  readonly children: ComponentChildren;
}

export function Controls({ playback, isFullscreen, onFullscreen, onNext, children }: ControlsProps) {
  const isPaused = playback.isPaused.value;
  return (
    <div class="player-controls">
      <SeekBar playback={playback} />
      <div class="player-buttons">
        <ControlButton
          icon={isPaused ? 'play' : 'pause'}
          label={isPaused ? 'Play' : 'Pause'}
          onClick={() => playback.togglePaused()}
        />
        {onNext !== null && <ControlButton icon="next" label="Next" onClick={onNext} />}
        <Volume playback={playback} />
        <span class="clock">
          {formatClock(playback.position.value)} <span>/ {formatClock(playback.duration.value)}</span>
        </span>
        <span class="spacer" />
        {children}
        <ControlButton
          icon={isFullscreen ? 'windowed' : 'fullscreen'}
          label={isFullscreen ? 'Leave full screen' : 'Full screen'}
          onClick={onFullscreen}
        />
      </div>
    </div>
  );
}

function Volume({ playback }: { readonly playback: Playback }) {
  const { volume } = useServices().preferences;
  const isMuted = playback.isMuted.value || volume.value === 0;
  return (
    <div class="volume">
      <ControlButton
        icon={isMuted ? 'muted' : 'volume'}
        label={isMuted ? 'Sound on' : 'Sound off'}
        onClick={() => playback.toggleMuted()}
      />
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={isMuted ? 0 : volume.value}
        onInput={(event) => playback.changeVolume(Number(event.currentTarget.value))}
      />
    </div>
  );
}

interface ControlButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
}

function ControlButton({ icon, label, onClick }: ControlButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
