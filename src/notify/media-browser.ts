import { z } from 'zod';
import type { Greeting, MediaServer } from './media-server.ts';
import type { PathChange } from './notifier.ts';
import type { ServerConnection } from './server-connection.ts';

const UPDATE_TYPES = { created: 'Created', modified: 'Modified', deleted: 'Deleted' } as const;

const systemInfo = z.object({ ServerName: z.string().nullish(), Version: z.string().nullish() });
const virtualFolders = z.array(z.object({ Locations: z.array(z.string()).nullish() }));

/**
 * Jellyfin or Emby, which share these endpoints since their common past: `/Library/Media/Updated`, `/System/Info`
 * and `/Library/VirtualFolders` (api.jellyfin.org; dev.emby.media, REST API).
 */
export class MediaBrowser implements MediaServer {
  readonly name: string;
  readonly #connection: ServerConnection;

  constructor(name: 'Jellyfin' | 'Emby', connection: ServerConnection) {
    this.name = name;
    this.#connection = connection;
  }

  async tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void> {
    const updates = changes.map(({ path, kind }) => ({ Path: path, UpdateType: UPDATE_TYPES[kind] }));
    const body = JSON.stringify({ Updates: updates });
    await this.#connection.ask({ method: 'POST', path: '/Library/Media/Updated', body }, signal);
  }

  async greet(signal: AbortSignal): Promise<Greeting> {
    const info = systemInfo.safeParse(await this.#get('/System/Info', signal));
    if (!info.success) throw this.#connection.strange('did not say who it is');
    const { Version = '', ServerName = '' } = info.data;
    const folders = virtualFolders.safeParse(await this.#get('/Library/VirtualFolders', signal));
    return {
      description: [this.name, Version, ServerName && `"${ServerName}"`].filter(Boolean).join(' '),
      folders: folders.success ? folders.data.flatMap(({ Locations }) => Locations ?? []) : null,
    };
  }

  #get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#connection.ask({ method: 'GET', path }, signal);
  }
}

/** Jellyfin's header; it decodes the token as it does a part of an address. */
export function jellyfinHeaders(key: string): Record<string, string> {
  return {
    authorization: `MediaBrowser Client="fichier-bridge", Device="fichier-bridge", DeviceId="fichier-bridge", Token="${encodeURIComponent(key)}"`,
  };
}

export function embyHeaders(key: string): Record<string, string> {
  return { 'x-emby-token': key };
}
