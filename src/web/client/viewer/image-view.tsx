import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { FileEntry } from '../api/types.ts';
import { FileActions } from '../details/file-actions.tsx';
import { Icon } from '../shell/icon.tsx';
import { Notice } from '../shell/notice.tsx';
import { useServices } from '../shell/services.ts';
import { neighbour } from './siblings.ts';
import { useSiblings } from './use-siblings.ts';
import { ViewerBar } from './viewer-bar.tsx';

interface ImageViewProps {
  readonly file: FileEntry;
  readonly onClose: () => void;
}

/** One picture, with the ways to those before and after it. */
export function ImageView({ file, onClose }: ImageViewProps) {
  const { addresses, router } = useServices();
  const siblings = useSiblings(file).value;
  const hasFailed = useSignal(false);
  const previous = neighbour(siblings, file, 'image', -1);
  const next = neighbour(siblings, file, 'image', 1);

  useEffect(() => {
    const show = (other: FileEntry | null): void => {
      if (other !== null) router.go({ view: 'file', id: other.id }, { replace: true });
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'ArrowLeft') show(previous);
      if (event.key === 'ArrowRight') show(next);
      if (event.key === 'Escape') onClose();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [previous, next]);

  return (
    <main class="viewer image-view">
      <ViewerBar name={file.name} onClose={onClose}>
        <a class="icon-button" href={addresses.download(file)} download aria-label="Download">
          <Icon name="download" />
        </a>
      </ViewerBar>
      {hasFailed.value ? (
        <Notice icon="image" title="The browser cannot show this picture">
          <FileActions file={file} />
        </Notice>
      ) : (
        <img src={addresses.stream(file)} alt={file.name} onError={() => (hasFailed.value = true)} />
      )}
      {previous !== null && <Step file={previous} label="Picture before" side="previous" />}
      {next !== null && <Step file={next} label="Next picture" side="next" />}
    </main>
  );
}

interface StepProps {
  readonly file: FileEntry;
  readonly label: string;
  readonly side: 'previous' | 'next';
}

function Step({ file, label, side }: StepProps) {
  const { router } = useServices();
  return (
    <button
      type="button"
      class={`icon-button step ${side}`}
      aria-label={label}
      onClick={() => router.go({ view: 'file', id: file.id }, { replace: true })}
    >
      <Icon name="back" />
    </button>
  );
}
