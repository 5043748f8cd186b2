import { useSignal } from '@preact/signals';
import { asFailure } from '../api/client.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import type { FolderListing } from './folder-listing.ts';

interface FolderActionsProps {
  readonly listing: FolderListing;
  readonly path: string;
}

export function FolderActions({ listing, path }: FolderActionsProps) {
  const { api, addresses, announcer } = useServices();
  const isBusy = useSignal(false);

  const refresh = async (): Promise<void> => {
    isBusy.value = true;
    try {
      await api.post('refresh', { path });
      await listing.load();
      announcer.show('The folder is up to date.');
    } catch (error) {
      const { message, hint } = asFailure(error);
      announcer.show(`${message} ${hint}`);
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <div class="folder-actions">
      <a
        class="icon-button"
        href={addresses.playlist(path, { recursive: true })}
        download
        aria-label="Playlist of everything below, for VLC, mpv and others"
        title="Playlist"
      >
        <Icon name="playlist" />
      </a>
      <button
        type="button"
        class={`icon-button${isBusy.value ? ' busy' : ''}`}
        aria-label="Read this folder again from 1fichier"
        title="Refresh"
        disabled={isBusy.value}
        onClick={() => void refresh()}
      >
        <Icon name="refresh" />
      </button>
    </div>
  );
}
