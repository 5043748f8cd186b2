import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** iPhones show only films themselves in full screen. */
interface AppleVideo extends HTMLVideoElement {
  readonly webkitEnterFullscreen?: () => void;
}

export function useIsFullscreen(): ReadonlySignal<boolean> {
  const isFullscreen = useSignal(document.fullscreenElement !== null);
  useEffect(() => {
    const look = (): void => {
      isFullscreen.value = document.fullscreenElement !== null;
    };
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  return isFullscreen;
}

/** The whole page fills the screen, so that it stays so from one episode to the next. */
export async function toggleFullscreen(video: AppleVideo | null): Promise<void> {
  if (document.fullscreenElement !== null) await document.exitFullscreen();
  else if (document.fullscreenEnabled) await document.documentElement.requestFullscreen();
  else video?.webkitEnterFullscreen?.();
}
