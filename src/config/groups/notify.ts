import { optional, required, secret } from '../setting.ts';
import { duration, httpUrl, listOf, serverPathMapping, text } from '../value-types.ts';

const GROUP = 'Media servers';

export const NOTIFY_SETTINGS = {
  jellyfinUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_JELLYFIN_URL',
    description: 'Jellyfin to tell about changed .strm files, such as http://jellyfin:8096.',
  }),
  jellyfinKey: secret({
    group: GROUP,
    env: 'BRIDGE_JELLYFIN_KEY',
    description: 'API key of Jellyfin, made in its dashboard under API Keys.',
  }),
  embyUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_EMBY_URL',
    description: 'Emby to tell about changed .strm files, such as http://emby:8096.',
  }),
  embyKey: secret({
    group: GROUP,
    env: 'BRIDGE_EMBY_KEY',
    description: 'API key of Emby, made in its dashboard under Advanced, API Keys.',
  }),
  plexUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_PLEX_URL',
    description: 'Plex Media Server to ask for partial scans, such as http://plex:32400.',
  }),
  plexToken: secret({
    group: GROUP,
    env: 'BRIDGE_PLEX_TOKEN',
    description: 'Token (X-Plex-Token) of an administrator of the Plex server.',
  }),
  kodiUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_KODI_URL',
    description: 'Kodi with remote control over HTTP allowed, such as http://kodi:8080.',
  }),
  kodiUser: optional(text, {
    group: GROUP,
    env: 'BRIDGE_KODI_USER',
    description: 'User name for the remote control of Kodi.',
  }),
  kodiPassword: secret({
    group: GROUP,
    env: 'BRIDGE_KODI_PASSWORD',
    description: 'Password for the remote control of Kodi.',
  }),
  webhookUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_WEBHOOK_URL',
    description: 'Address that receives every change as signed JSON.',
  }),
  webhookSecret: secret({
    group: GROUP,
    env: 'BRIDGE_WEBHOOK_SECRET',
    description: 'What the webhook is signed with (HMAC-SHA256).',
  }),
  notifyPaths: required(listOf(serverPathMapping), '', {
    group: GROUP,
    env: 'BRIDGE_NOTIFY_PATHS',
    description:
      'How servers see the paths of this machine: `/data/strm=/media/strm` for all of them, `plex:/data/strm=/mnt/1fichier` for one.',
  }),
  notifyDelay: required(duration({ from: '0', to: '1h' }), '10s', {
    group: GROUP,
    env: 'BRIDGE_NOTIFY_DELAY',
    description:
      'How long no further change must come before servers are told; at most six times as long in all.',
  }),
} as const;
