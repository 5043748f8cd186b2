import { z } from 'zod';
import { BridgeError } from '../errors.ts';
import { changedFolders, isInside } from './changed-folders.ts';
import type { Greeting, MediaServer } from './media-server.ts';
import type { PathChange } from './notifier.ts';
import type { ServerConnection } from './server-connection.ts';

const identity = z.object({
  MediaContainer: z.object({ machineIdentifier: z.string(), version: z.string().nullish() }),
});
const sections = z.object({
  MediaContainer: z.object({
    Directory: z
      .array(
        z.object({
          key: z.string(),
          title: z.string().nullish(),
          Location: z.array(z.object({ path: z.string() })).nullish(),
        }),
      )
      .nullish(),
  }),
});

/** Scans asked for at once; more changes are told by the folders above them. */
const MOST_SCANS = 25;

interface Scan {
  readonly section: string;
  readonly path: string;
}

/** Plex Media Server: partial scans of the sections that hold the changed folders (developer.plex.tv, Library). */
export class Plex implements MediaServer {
  readonly name = 'Plex';
  readonly #connection: ServerConnection;

  constructor(connection: ServerConnection) {
    this.#connection = connection;
  }

  async tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void> {
    const locations = await this.#locations(signal);
    const folders = changedFolders(changes, MOST_SCANS);
    const scans = folders.flatMap((folder) => scansOf(folder, locations));
    for (const { section, path } of scans) {
      const address = `/library/sections/${encodeURIComponent(section)}/refresh`;
      await this.#connection.send({ method: 'GET', path: address, query: { path } }, signal);
    }
    const [lost] = folders.filter((folder) => scansOf(folder, locations).length === 0);
    if (lost !== undefined) throw noSection(lost);
  }

  async greet(signal: AbortSignal): Promise<Greeting> {
    const known = identity.safeParse(
      await this.#connection.ask({ method: 'GET', path: '/identity' }, signal),
    );
    if (!known.success) throw this.#connection.strange('did not say who it is');
    const locations = await this.#locations(signal);
    const { version } = known.data.MediaContainer;
    return { description: `Plex ${version ?? ''}`.trim(), folders: locations.map(({ path }) => path) };
  }

  async #locations(signal: AbortSignal): Promise<Scan[]> {
    const answer = await this.#connection.ask({ method: 'GET', path: '/library/sections' }, signal);
    const listed = sections.safeParse(answer);
    if (!listed.success) throw this.#connection.strange('did not list its libraries');
    return (listed.data.MediaContainer.Directory ?? []).flatMap(({ key, Location }) =>
      (Location ?? []).map(({ path }) => ({ section: key, path })),
    );
  }
}

/** The sections that a folder lies in, or, of a folder above several, all of those. */
function scansOf(folder: string, locations: readonly Scan[]): Scan[] {
  const around = locations.filter(({ path }) => isInside(folder, path));
  if (around.length > 0) return around.map(({ section }) => ({ section, path: folder }));
  return locations.filter(({ path }) => isInside(path, folder));
}

function noSection(folder: string): BridgeError {
  return new BridgeError('server-refused', `no library of Plex has the folder ${folder}`, {
    hint: 'Add the folder to a library of Plex, or say in BRIDGE_NOTIFY_PATHS where Plex sees it.',
  });
}

export function plexHeaders(token: string): Record<string, string> {
  return {
    'x-plex-token': token,
    'x-plex-product': 'fichier-bridge',
    'x-plex-client-identifier': 'fichier-bridge',
  };
}
