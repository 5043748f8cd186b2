import { useSignal } from '@preact/signals';
import type { Entry } from '../api/types.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';

interface PictureProps {
  readonly entry: Entry;
  /** Pixels to ask for. */
  readonly width: number;
}

/** A still of a film or a small form of a picture; a sign of its kind where there is none. */
export function Picture({ entry, width }: PictureProps) {
  const { addresses } = useServices();
  const hasFailed = useSignal(false);
  const kind = entry.kind === 'folder' ? 'folder' : entry.media;
  const isVisual = entry.kind === 'file' && (entry.media === 'video' || entry.media === 'image');
  return (
    <span class={`picture ${kind}`}>
      <Icon name={kind} />
      {isVisual && !hasFailed.value && (
        <img
          src={addresses.thumbnail(entry, width)}
          alt=""
          decoding="async"
          ref={stopLoadingWhenGone}
          onError={() => (hasFailed.value = true)}
        />
      )}
    </span>
  );
}

/** Scrolled past, a picture is not worth a connection that those in view wait for. */
function stopLoadingWhenGone(image: HTMLImageElement | null): (() => void) | undefined {
  if (image === null) return undefined;
  return () => {
    if (!image.complete) image.removeAttribute('src');
  };
}
