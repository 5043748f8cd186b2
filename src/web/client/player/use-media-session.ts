import { useEffect } from 'preact/hooks';
import type { FileEntry } from '../api/types.ts';
import type { Playback } from './playback.ts';

/** Lets the lock screen and the keyboard's own media keys drive the player. */
export function useMediaSession(
  file: FileEntry,
  playback: Playback | null,
  onNext: (() => void) | null,
): void {
  useEffect(() => {
    if (playback === null || !('mediaSession' in navigator)) return undefined;
    const { mediaSession } = navigator;
    mediaSession.metadata = new MediaMetadata({ title: file.name });
    const handlers: Readonly<Partial<Record<MediaSessionAction, MediaSessionActionHandler | null>>> = {
      play: () => playback.togglePaused(),
      pause: () => playback.pause(),
      seekbackward: ({ seekOffset }) => playback.seek(playback.position.peek() - (seekOffset ?? 10)),
      seekforward: ({ seekOffset }) => playback.seek(playback.position.peek() + (seekOffset ?? 10)),
      seekto: ({ seekTime }) => playback.seek(seekTime ?? playback.position.peek()),
      nexttrack: onNext,
    };
    const actions = Object.keys(handlers) as MediaSessionAction[];
    for (const action of actions) mediaSession.setActionHandler(action, handlers[action] ?? null);
    return () => {
      mediaSession.metadata = null;
      for (const action of actions) mediaSession.setActionHandler(action, null);
    };
  }, [playback, onNext === null]);
}
