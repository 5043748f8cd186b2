import { Agent, type Dispatcher } from 'undici';
import type { Settings } from '../config/settings.ts';
import type { ServerName } from '../config/value-types.ts';
import { BridgeError } from '../errors.ts';
import { Kodi, kodiHeaders } from '../notify/kodi.ts';
import { embyHeaders, jellyfinHeaders, MediaBrowser } from '../notify/media-browser.ts';
import type { MediaServer } from '../notify/media-server.ts';
import { mappedPath } from '../notify/path-mapping.ts';
import { Plex, plexHeaders } from '../notify/plex.ts';
import { ServerConnection } from '../notify/server-connection.ts';
import { ServerNotifier, type Recipient } from '../notify/server-notifier.ts';
import { Webhook } from '../notify/webhook.ts';
import type { Surroundings } from './surroundings.ts';
import { CONNECT_TIMEOUT_MS } from './outbound.ts';
import type { Teardown } from './teardown.ts';

/** Connections serve the requests of one batch (ms). */
const KEEP_ALIVE_MS = 1000;

/** Tells the media servers that are set; gives what waits at the end a last try. */
export function openNotifier(
  settings: Settings,
  surroundings: Surroundings,
  teardown: Teardown,
): ServerNotifier {
  const recipients = openMediaServers(settings, surroundings, teardown);
  const { clock, random, logger } = surroundings;
  const notifier = new ServerNotifier(recipients, { clock, random, logger, delayMs: settings.notifyDelay });
  teardown.onClose(() => notifier.close());
  return notifier;
}

/**
 * The media servers that are set.
 *
 * @throws BridgeError `config-invalid` when one is set without its key.
 */
export function openMediaServers(
  settings: Settings,
  { clock }: Pick<Surroundings, 'clock'>,
  teardown: Teardown,
): Recipient[] {
  const dispatcher = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, keepAliveTimeout: KEEP_ALIVE_MS });
  teardown.onClose(() => dispatcher.destroy());
  return Object.entries(BUILDERS).flatMap(([name, build]) => {
    const server = build(settings, { clock, dispatcher });
    return server === null ? [] : [{ server, toServerPath: pathsSeenBy(settings, name as ServerName) }];
  });
}

interface ServerParts extends Pick<Surroundings, 'clock'> {
  readonly dispatcher: Dispatcher;
}

type Builder = (settings: Settings, parts: ServerParts) => MediaServer | null;

const BUILDERS: Readonly<Record<ServerName, Builder>> = {
  jellyfin({ jellyfinUrl, jellyfinKey }, parts) {
    if (jellyfinUrl === null) return null;
    const headers = jellyfinHeaders(keyOf('JELLYFIN', 'KEY', jellyfinKey));
    return new MediaBrowser('Jellyfin', connection('Jellyfin', 'KEY', jellyfinUrl, headers, parts));
  },
  emby({ embyUrl, embyKey }, parts) {
    if (embyUrl === null) return null;
    const headers = embyHeaders(keyOf('EMBY', 'KEY', embyKey));
    return new MediaBrowser('Emby', connection('Emby', 'KEY', embyUrl, headers, parts));
  },
  plex({ plexUrl, plexToken }, parts) {
    if (plexUrl === null) return null;
    const headers = plexHeaders(keyOf('PLEX', 'TOKEN', plexToken));
    return new Plex(connection('Plex', 'TOKEN', plexUrl, headers, parts));
  },
  kodi({ kodiUrl, kodiUser, kodiPassword }, parts) {
    if (kodiUrl === null) return null;
    return new Kodi(connection('Kodi', 'PASSWORD', kodiUrl, kodiHeaders(kodiUser, kodiPassword), parts));
  },
  webhook({ webhookUrl, webhookSecret }, parts) {
    if (webhookUrl === null) return null;
    const secret = keyOf('WEBHOOK', 'SECRET', webhookSecret);
    const to = connection('Webhook', 'SECRET', webhookUrl, {}, parts);
    return new Webhook({ connection: to, secret, clock: parts.clock });
  },
};

function connection(
  server: string,
  key: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  { dispatcher }: ServerParts,
): ServerConnection {
  const prefix = `BRIDGE_${server.toUpperCase()}`;
  return new ServerConnection({
    server,
    url,
    headers,
    settings: { url: `${prefix}_URL`, key: `${prefix}_${key}` },
    dispatcher,
  });
}

function keyOf(server: string, name: string, value: string | null): string {
  if (value !== null) return value;
  const setting = `BRIDGE_${server}_${name}`;
  throw new BridgeError('config-invalid', `BRIDGE_${server}_URL is set, but ${setting} is not`, {
    hint: `Set ${setting} or ${setting}_FILE too, or unset BRIDGE_${server}_URL.`,
  });
}

/** What is said for one server goes before what is said for all. */
function pathsSeenBy({ notifyPaths }: Settings, name: ServerName): (path: string) => string {
  const own = notifyPaths.filter(({ server }) => server === name);
  const shared = notifyPaths.filter(({ server }) => server === null);
  return (path) => mappedPath(path, [...own, ...shared]);
}
