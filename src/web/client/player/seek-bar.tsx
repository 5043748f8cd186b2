import { useSignal } from '@preact/signals';
import type { TargetedPointerEvent } from 'preact';
import { formatClock, spokenDuration } from '../format/format.ts';
import type { Playback } from './playback.ts';

/** The film's length as a line: where it is, what is at hand, and where a touch would lead. */
export function SeekBar({ playback }: { readonly playback: Playback }) {
  const pointedAt = useSignal<number | null>(null);
  const duration = playback.duration.value;
  const position = Math.min(playback.position.value, duration);
  const share = (seconds: number): string => `${duration === 0 ? 0 : (seconds / duration) * 100}%`;

  const point = (event: TargetedPointerEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const along = Math.max(0, Math.min(1, (event.clientX - left) / width));
    pointedAt.value = event.pointerType === 'touch' ? null : along * duration;
  };

  return (
    <div
      class="seek"
      style={{ '--played': share(position), '--buffered': share(playback.bufferedUntil.value) }}
      onPointerMove={point}
      onPointerLeave={() => (pointedAt.value = null)}
    >
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${spokenDuration(position)} of ${spokenDuration(duration)}`}
        min={0}
        max={Math.max(1, Math.floor(duration))}
        step={1}
        value={position}
        disabled={duration === 0}
        onInput={(event) => playback.seek(Number(event.currentTarget.value))}
      />
      {pointedAt.value !== null && duration > 0 && (
        <span class="seek-hint" style={{ left: share(pointedAt.value) }} aria-hidden="true">
          {formatClock(pointedAt.value)}
        </span>
      )}
    </div>
  );
}
