import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { FileEntry } from '../api/types.ts';
import { Picture } from '../browse/picture.tsx';

interface UpNextProps {
  readonly file: FileEntry;
  readonly onPlay: () => void;
  readonly onCancel: () => void;
}

const WAIT_SECONDS = 8;

/** After an episode: the next one plays unless someone says no. */
export function UpNext({ file, onPlay, onCancel }: UpNextProps) {
  const left = useSignal(WAIT_SECONDS);
  useEffect(() => {
    const timer = setInterval(() => {
      left.value -= 1;
      if (left.value === 0) onPlay();
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="up-next" aria-label="Next">
      <div class="up-next-picture">
        <Picture entry={file} width={480} />
      </div>
      <div class="up-next-text">
        <p>Next in {left.value} seconds</p>
        <h2>
          <bdi>{file.name}</bdi>
        </h2>
        <div class="buttons">
          <button type="button" class="button primary" onClick={onPlay}>
            Play now
          </button>
          <button type="button" class="button" onClick={onCancel}>
            Stay here
          </button>
        </div>
      </div>
    </section>
  );
}
