import { optional, required, secret } from '../setting.ts';
import { boolean, duration, httpUrl, listOf, oneOf, text, wholeNumber } from '../value-types.ts';

const GROUP = 'Server';

export const SERVER_SETTINGS = {
  host: required(text, '127.0.0.1', {
    group: GROUP,
    env: 'BRIDGE_HOST',
    description: 'Address to listen on. Beyond this machine (0.0.0.0, ::) a token is needed.',
  }),
  port: required(wholeNumber(0, 65_535), '8787', {
    group: GROUP,
    env: 'BRIDGE_PORT',
    description: 'Port to listen on; 0 takes a free one.',
  }),
  publicUrl: optional(httpUrl, {
    group: GROUP,
    env: 'BRIDGE_PUBLIC_URL',
    description: 'The address by which clients reach the bridge, for playlists and .strm files.',
  }),
  token: secret({
    group: GROUP,
    env: 'BRIDGE_TOKEN',
    description:
      'What clients must know: as `Authorization: Bearer`, as the password of Basic, or in signed file addresses.',
  }),
  insecureListen: required(boolean, 'false', {
    group: GROUP,
    env: 'BRIDGE_INSECURE_LISTEN',
    description:
      'Listen beyond this machine without a token. Anyone who reaches the port can read the account.',
  }),
  allowedHosts: required(listOf(text), '', {
    group: GROUP,
    env: 'BRIDGE_ALLOWED_HOSTS',
    description: 'Host names by which clients may address the bridge, besides its own addresses.',
  }),
  streamMode: required(oneOf('proxy', 'redirect'), 'proxy', {
    group: GROUP,
    env: 'BRIDGE_STREAM_MODE',
    description:
      '`proxy` sends the bytes through the bridge; `redirect` sends clients to 1fichier, which lets one address use an account at a time.',
  }),
  streamModeByQuery: required(boolean, 'false', {
    group: GROUP,
    env: 'BRIDGE_STREAM_MODE_BY_QUERY',
    description: 'Let a client choose the other mode with `?mode=`.',
  }),
  clientTimeout: required(duration({ from: '1s' }), '2m', {
    group: GROUP,
    env: 'BRIDGE_CLIENT_TIMEOUT',
    description: 'A client that takes no byte for this long is cut off.',
  }),
  drainTime: required(duration(), '10s', {
    group: GROUP,
    env: 'BRIDGE_DRAIN_TIME',
    description: 'How long running streams may go on after SIGTERM; a second signal stops at once.',
  }),
} as const;
