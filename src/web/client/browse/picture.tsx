import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
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
  const kind = entry.kind === 'folder' ? 'folder' : entry.media;
  const isVisual = entry.kind === 'file' && (entry.media === 'video' || entry.media === 'image');
  return (
    <span class={`picture ${kind}`}>
      <Icon name={kind} />
      {isVisual && <Still address={addresses.thumbnail(entry, width)} />}
    </span>
  );
}

function Still({ address }: { readonly address: string }) {
  const { pictureRetries } = useServices();
  const state = useSignal<'shown' | 'awaited' | 'shown-again' | 'missing'>('shown');
  useEffect(() => {
    if (state.value !== 'awaited') return undefined;
    const leave = new AbortController();
    void pictureRetries.whenMade(address, leave.signal).then((isMade) => {
      if (!leave.signal.aborted) state.value = isMade ? 'shown-again' : 'missing';
    });
    return () => leave.abort();
  }, [state.value]);
  if (state.value === 'awaited' || state.value === 'missing') return null;
  return (
    <img
      src={address}
      alt=""
      decoding="async"
      ref={stopLoadingWhenGone}
      onError={() => (state.value = state.value === 'shown' ? 'awaited' : 'missing')}
    />
  );
}

/** Scrolled past, a picture is not worth a connection that those in view wait for. */
function stopLoadingWhenGone(image: HTMLImageElement | null): (() => void) | undefined {
  if (image === null) return undefined;
  return () => {
    if (!image.complete) image.removeAttribute('src');
  };
}
