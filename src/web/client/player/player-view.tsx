import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { FileEntry } from '../api/types.ts';
import { DetailsSheet } from '../details/details-sheet.tsx';
import { PALE } from '../details/media-facts.ts';
import { useMedia } from '../details/use-file.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import { neighbour } from '../viewer/siblings.ts';
import { useSiblings } from '../viewer/use-siblings.ts';
import { ViewerBar } from '../viewer/viewer-bar.tsx';
import { PlayerStage } from './player-stage.tsx';
import { Playback } from './playback.ts';

interface PlayerViewProps {
  readonly file: FileEntry;
  readonly onClose: () => void;
}

/** A film or song that plays. */
export function PlayerView({ file, onClose }: PlayerViewProps) {
  const { announcer, router } = useServices();
  const video = useRef<HTMLVideoElement>(null);
  const playback = usePlayback(file, video);
  const fetched = useMedia(file);
  const media = useComputed(() => (fetched.value.state === 'here' ? fetched.value.value : null));
  const siblings = useSiblings(file);
  const areDetailsOpen = useSignal(false);
  const next = neighbour(siblings.value, file, file.media, 1);
  const playNext = (): void => {
    if (next !== null) router.go({ view: 'file', id: next.id }, { replace: true });
  };

  useEffect(() => {
    if (playback === null) return;
    if (media.value !== null) {
      playback.learn(media.value);
      if (media.value.pale) announcer.show(PALE);
    } else if (fetched.value.state === 'failed') playback.goAlone();
    // While the bridge still looks into the file, the browser may try by itself.
    else if (playback.source.peek() === null && playback.mayPlayDirectly) playback.start();
  }, [playback, fetched.value]);

  return (
    <main class={`viewer player ${file.media}`}>
      <PlayerStage
        file={file}
        video={video}
        playback={playback}
        media={media}
        failure={fetched.value.state === 'failed' ? fetched.value.failure : null}
        siblings={siblings}
        next={next}
        onNext={playNext}
        onClose={onClose}
        bar={
          <ViewerBar name={file.name} onClose={onClose}>
            <button
              type="button"
              class="icon-button"
              aria-label="Details and other players"
              onClick={() => (areDetailsOpen.value = true)}
            >
              <Icon name="info" />
            </button>
          </ViewerBar>
        }
      />
      {areDetailsOpen.value && (
        <DetailsSheet id={file.id} known={[file]} onClose={() => (areDetailsOpen.value = false)} />
      )}
    </main>
  );
}

const NOTE_EVERY_MS = 5000;

/** Made once the element stands; remembers how far it came. */
function usePlayback(file: FileEntry, video: { readonly current: HTMLVideoElement | null }): Playback | null {
  const { addresses, preferences, watched } = useServices();
  const made = useSignal<Playback | null>(null);
  useLayoutEffect(() => {
    if (video.current === null) return undefined;
    const startAt = watched.resumePosition(file.id);
    const playback = new Playback(video.current, { file, addresses, startAt, volume: preferences.volume });
    const unfollow = playback.follow();
    const note = (): void => {
      const { position, duration } = playback;
      if (!playback.hasFailed.peek())
        watched.note(file.id, { position: position.peek(), duration: duration.peek() });
    };
    const timer = setInterval(note, NOTE_EVERY_MS);
    window.addEventListener('pagehide', note);
    made.value = playback;
    return () => {
      clearInterval(timer);
      window.removeEventListener('pagehide', note);
      note();
      unfollow();
    };
  }, []);
  return made.value;
}
