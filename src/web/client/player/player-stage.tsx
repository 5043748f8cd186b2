import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RequestFailure } from '../api/client.ts';
import type { PlayableMedia } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';
import { formatClock } from '../format/format.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import { Controls } from './controls.tsx';
import { FailureView } from './failure-view.tsx';
import { toggleFullscreen, useIsFullscreen } from './fullscreen.ts';
import type { Playback } from './playback.ts';
import { commandOf, type PlayerCommand } from './shortcuts.ts';
import { SubtitleTrack } from './subtitle-track.tsx';
import { TrackMenu } from './track-menu.tsx';
import { UpNext } from './up-next.tsx';
import { useIdle } from './use-idle.ts';
import { useMediaSession } from './use-media-session.ts';
import { useSubtitles } from './use-subtitles.ts';

interface PlayerStageProps {
  readonly file: FileEntry;
  readonly video: { current: HTMLVideoElement | null };
  /** Null until the element stands. */
  readonly playback: Playback | null;
  readonly media: ReadonlySignal<PlayableMedia | null>;
  /** Why the bridge could not look into the file. */
  readonly failure: RequestFailure | null;
  readonly siblings: ReadonlySignal<readonly FileEntry[]>;
  readonly next: FileEntry | null;
  readonly onNext: () => void;
  readonly onClose: () => void;
  readonly bar: ComponentChildren;
}

/** The picture, and over it everything that leaves when nobody moves. */
export function PlayerStage(props: PlayerStageProps) {
  const { file, video, playback, media, failure, siblings, next, onNext, onClose, bar } = props;
  const { preferences } = useServices();
  const subtitles = useSubtitles(file, media, siblings);
  const isFullscreen = useIsFullscreen();
  const isIdle = useIdle();
  const fullscreen = (): void => void toggleFullscreen(video.current);
  useMediaSession(file, playback, next === null ? null : onNext);
  useCommands((command) => {
    if (playback === null) return;
    const { position, duration } = playback;
    if (command.do === 'toggle-pause') playback.togglePaused();
    else if (command.do === 'toggle-mute') playback.toggleMuted();
    else if (command.do === 'toggle-fullscreen') fullscreen();
    else if (command.do === 'toggle-subtitles') subtitles.toggle();
    else if (command.do === 'seek-by') playback.seek(position.peek() + command.seconds);
    else if (command.do === 'seek-to') playback.seek(duration.peek() * command.share);
    else if (command.do === 'change-volume') playback.changeVolume(preferences.volume.peek() + command.by);
    else if (command.do === 'next') onNext();
    else onClose();
  });

  const hasFailed = playback?.hasFailed.value === true;
  const isHidden = isIdle.value && playback?.isPaused.value === false && !hasFailed && file.media === 'video';
  return (
    <div class={`stage${isHidden ? ' idle' : ''}`}>
      <video
        ref={video}
        playsInline
        autoplay
        aria-label={file.name}
        onClick={() => playback?.togglePaused()}
        onDblClick={fullscreen}
      >
        {subtitles.chosen.value !== null && (
          <SubtitleTrack
            key={subtitles.chosen.value.address}
            choice={subtitles.chosen.value}
            start={playback?.source.value?.start ?? 0}
          />
        )}
      </video>
      {file.media === 'audio' && !hasFailed && <Icon name="audio" />}
      <div class="stage-top">{bar}</div>
      {playback !== null && hasFailed && (
        <FailureView file={file} media={media.value} failure={failure} onRetry={() => playback.start()} />
      )}
      {playback !== null && !hasFailed && (
        <>
          {playback.isWaiting.value && <span class="spinner" role="status" aria-label="Loading" />}
          <Resumed playback={playback} />
          <div class="stage-bottom">
            {playback.hasEnded.value && next !== null && <NextOrStay file={next} onPlay={onNext} />}
            <Controls
              playback={playback}
              isFullscreen={isFullscreen.value}
              onFullscreen={fullscreen}
              onNext={next === null ? null : onNext}
            >
              <TrackMenu
                playback={playback}
                audio={media.value?.audio ?? []}
                subtitles={subtitles.choices}
                chosenSubtitles={subtitles.chosen}
                onSubtitles={subtitles.choose}
              />
            </Controls>
          </div>
        </>
      )}
    </div>
  );
}

function NextOrStay({ file, onPlay }: { readonly file: FileEntry; readonly onPlay: () => void }) {
  const isCancelled = useSignal(false);
  if (isCancelled.value) return null;
  return <UpNext file={file} onPlay={onPlay} onCancel={() => (isCancelled.value = true)} />;
}

const OFFERED_MS = 7000;

/** For a moment after a film went on from where it was left: the way to its beginning. */
function Resumed({ playback }: { readonly playback: Playback }) {
  const from = useSignal(playback.position.peek());
  useEffect(() => {
    const timer = setTimeout(() => (from.value = 0), OFFERED_MS);
    return () => clearTimeout(timer);
  }, []);
  if (from.value === 0) return null;
  const restart = (): void => {
    from.value = 0;
    playback.seek(0);
  };
  return (
    <button type="button" class="button small resumed" onClick={restart}>
      Went on at {formatClock(from.value)}. From the beginning?
    </button>
  );
}

function useCommands(run: (command: PlayerCommand) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = commandOf(event);
      if (command === null) return;
      event.preventDefault();
      run(command);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });
}
