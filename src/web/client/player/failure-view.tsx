import type { RequestFailure } from '../api/client.ts';
import type { PlayableMedia } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';
import { FileActions } from '../details/file-actions.tsx';
import { Notice } from '../shell/notice.tsx';

interface FailureViewProps {
  readonly file: FileEntry;
  readonly media: PlayableMedia | null;
  /** Why the bridge could not look into the file. */
  readonly failure: RequestFailure | null;
  readonly onRetry: () => void;
}

/** When neither the browser nor the bridge gets it to play: why, and what plays it instead. */
export function FailureView({ file, media, failure, onRetry }: FailureViewProps) {
  const lacksProgram = media !== null && !media.ffmpeg && media.plan !== 'direct';
  return (
    <div class="player-failure" role="alert">
      <Notice icon="info" title={lacksProgram ? 'ffmpeg is missing' : 'This does not play in the browser'}>
        <p>
          {lacksProgram
            ? 'Browsers do not play this kind of file. With ffmpeg installed where the bridge runs, the page can.'
            : failure === null
              ? 'The browser has given up on it. Another player may do better.'
              : `${failure.message} ${failure.hint}`}
        </p>
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      </Notice>
      <FileActions file={file} canPlayHere={false} />
    </div>
  );
}
