import {
  boolean,
  bytes,
  decimalNumber,
  duration,
  httpUrl,
  listOf,
  mapping,
  oneOf,
  path,
  secretText,
  text,
  wholeNumber,
  type ValueType,
} from './value-types.ts';

/** One setting. Its flag and its key in the configuration file follow from its key in the table. */
export interface Setting<T> {
  readonly group: string;
  readonly env: string;
  readonly type: ValueType<T>;
  /** As one would write it; null: unset. */
  readonly default: string | null;
  readonly description: string;
  /** Never shown; has no flag of its own, since command lines are visible to others, but a `…_FILE` form. */
  readonly secret: boolean;
}

type Details = Pick<Setting<unknown>, 'group' | 'env' | 'description'>;

function required<T>(type: ValueType<T>, fallback: string, details: Details): Setting<T> {
  return { ...details, type, default: fallback, secret: false };
}

function optional<T>(type: ValueType<T>, details: Details): Setting<T | null> {
  return { ...details, type, default: null, secret: false };
}

function secret(details: Details): Setting<string | null> {
  return { ...details, type: secretText, default: null, secret: true };
}

const ACCOUNT = 'Account';
const SERVER = 'Server';
const DATA = 'Data and logs';
const MIRROR = 'Library';
const STREAMING = 'Streaming';
const PROGRAMS = 'Programs';

/** Every setting of the bridge: the one source for loading, --help and docs/configuration.md. */
export const SETTINGS = {
  apiKey: secret({
    group: ACCOUNT,
    env: 'FICHIER_API_KEY',
    description:
      'API key of the 1fichier account, made in its console under Parameters. Without one, `serve` shows the demo account.',
  }),
  apiUrl: required(httpUrl, 'https://api.1fichier.com/v1', {
    group: ACCOUNT,
    env: 'FICHIER_API_URL',
    description: 'Where the 1fichier API is.',
  }),
  root: required(text, '/', {
    group: ACCOUNT,
    env: 'FICHIER_ROOT',
    description: 'The folder to mirror: a path such as /Media/Films, or the number of a folder.',
  }),
  endpoints: required(oneOf('v1', 'classic'), 'v1', {
    group: ACCOUNT,
    env: 'FICHIER_ENDPOINTS',
    description: 'Names of the API calls: `v1` as the API has them, `classic` as older articles give them.',
  }),
  endpointOverrides: required(listOf(mapping), '', {
    group: ACCOUNT,
    env: 'FICHIER_ENDPOINT_OVERRIDES',
    description: 'Single API calls under another path, such as `getLink=/download/get_token.cgi`.',
  }),
  addressFamily: required(oneOf('auto', 'ipv4', 'ipv6'), 'auto', {
    group: ACCOUNT,
    env: 'FICHIER_ADDRESS_FAMILY',
    description:
      'Address family for the API and for the bytes alike: 1fichier takes IPv4 and IPv6 of one machine for two places.',
  }),
  callsPerSecond: required(decimalNumber('0.05', '3'), '1', {
    group: ACCOUNT,
    env: 'FICHIER_CALLS_PER_SECOND',
    description: 'API calls per second in the long run. 1fichier documents 3 and locks out at less.',
  }),
  callBurst: required(wholeNumber(1, 10), '3', {
    group: ACCOUNT,
    env: 'FICHIER_CALL_BURST',
    description: 'API calls that may go out at once after a quiet time.',
  }),

  cdnCredits: required(boolean, 'false', {
    group: ACCOUNT,
    env: 'FICHIER_CDN_CREDITS',
    description: 'Let links spend CDN credits, which 1fichier asks for in networks of data centres.',
  }),

  host: required(text, '127.0.0.1', {
    group: SERVER,
    env: 'BRIDGE_HOST',
    description: 'Address to listen on. Beyond this machine (0.0.0.0, ::) a token is needed.',
  }),
  port: required(wholeNumber(0, 65_535), '8787', {
    group: SERVER,
    env: 'BRIDGE_PORT',
    description: 'Port to listen on; 0 takes a free one.',
  }),
  publicUrl: optional(httpUrl, {
    group: SERVER,
    env: 'BRIDGE_PUBLIC_URL',
    description: 'The address by which clients reach the bridge, for playlists and .strm files.',
  }),
  token: secret({
    group: SERVER,
    env: 'BRIDGE_TOKEN',
    description:
      'What clients must know: as `Authorization: Bearer`, as the password of Basic, or in signed file addresses.',
  }),
  insecureListen: required(boolean, 'false', {
    group: SERVER,
    env: 'BRIDGE_INSECURE_LISTEN',
    description:
      'Listen beyond this machine without a token. Anyone who reaches the port can read the account.',
  }),
  allowedHosts: required(listOf(text), '', {
    group: SERVER,
    env: 'BRIDGE_ALLOWED_HOSTS',
    description: 'Host names by which clients may address the bridge, besides its own addresses.',
  }),
  write: required(boolean, 'false', {
    group: SERVER,
    env: 'BRIDGE_WRITE',
    description: 'Let clients upload, move and delete in the account.',
  }),
  uploadSpool: required(bytes(), '10GiB', {
    group: SERVER,
    env: 'BRIDGE_UPLOAD_SPOOL',
    description:
      'Disk space, in the data directory, for uploads whose size the client does not say: 1fichier must know it first.',
  }),
  streamMode: required(oneOf('proxy', 'redirect'), 'proxy', {
    group: SERVER,
    env: 'BRIDGE_STREAM_MODE',
    description:
      '`proxy` sends the bytes through the bridge; `redirect` sends clients to 1fichier, which lets one address use an account at a time.',
  }),
  streamModeByQuery: required(boolean, 'false', {
    group: SERVER,
    env: 'BRIDGE_STREAM_MODE_BY_QUERY',
    description: 'Let a client choose the other mode with `?mode=`.',
  }),
  clientTimeout: required(duration({ from: '1s' }), '2m', {
    group: SERVER,
    env: 'BRIDGE_CLIENT_TIMEOUT',
    description: 'A client that takes no byte for this long is cut off.',
  }),
  drainTime: required(duration(), '10s', {
    group: SERVER,
    env: 'BRIDGE_DRAIN_TIME',
    description: 'How long running streams may go on after SIGTERM; a second signal stops at once.',
  }),

  dataDir: required(path, '~/.local/share/fichier-bridge', {
    group: DATA,
    env: 'BRIDGE_DATA_DIR',
    description: 'Where the catalogue and the block cache are. One bridge per directory.',
  }),
  logLevel: required(oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), 'info', {
    group: DATA,
    env: 'BRIDGE_LOG_LEVEL',
    description: 'The least severe log line to write.',
  }),
  logFormat: required(oneOf('auto', 'pretty', 'json'), 'auto', {
    group: DATA,
    env: 'BRIDGE_LOG_FORMAT',
    description: '`auto` is pretty in a terminal and JSON lines elsewhere.',
  }),

  crawlInterval: required(duration({ from: '1m' }), '6h', {
    group: MIRROR,
    env: 'BRIDGE_CRAWL_INTERVAL',
    description: 'After how long the crawler reads a folder again.',
  }),
  crawlActiveInterval: required(duration({ from: '1m' }), '1h', {
    group: MIRROR,
    env: 'BRIDGE_CRAWL_ACTIVE_INTERVAL',
    description: 'The same for a folder that changed within the last day.',
  }),
  browseInterval: required(duration({ from: '30s' }), '1m', {
    group: MIRROR,
    env: 'BRIDGE_BROWSE_INTERVAL',
    description: 'How old the listing of a folder must be to be read again when someone opens it.',
  }),

  patience: required(duration({ from: '1s' }), '60s', {
    group: STREAMING,
    env: 'BRIDGE_PATIENCE',
    description:
      'How long a read may go without a byte, through renewals and retries, before the client is cut off.',
  }),
  linkProfile: required(oneOf('documented', 'lenient'), 'documented', {
    group: STREAMING,
    env: 'BRIDGE_LINK_PROFILE',
    description:
      'Life of a direct link: `documented` 5 minutes to its first use and 30 from there, `lenient` until it is refused.',
  }),
  linkMaxAge: required(duration({ from: '1m' }), '8h', {
    group: STREAMING,
    env: 'BRIDGE_LINK_MAX_AGE',
    description: 'The oldest a direct link may be with the profile `lenient`.',
  }),
  connections: required(wholeNumber(1, 30), '12', {
    group: STREAMING,
    env: 'BRIDGE_CONNECTIONS',
    description: 'Data connections to 1fichier in all; it refuses more than about 30.',
  }),
  connectionsPerFile: required(wholeNumber(1, 30), '3', {
    group: STREAMING,
    env: 'BRIDGE_CONNECTIONS_PER_FILE',
    description: 'Data connections for one file.',
  }),
  cacheMode: required(oneOf('auto', 'cache', 'passthrough'), 'auto', {
    group: STREAMING,
    env: 'BRIDGE_CACHE_MODE',
    description:
      '`cache` keeps every byte read, `passthrough` none; `auto` keeps all but large files that are no media and are read whole.',
  }),
  cacheMemory: required(bytes(), '128MiB', {
    group: STREAMING,
    env: 'BRIDGE_CACHE_MEMORY',
    description: 'Memory for cached blocks.',
  }),
  cacheDisk: required(bytes(), '4GiB', {
    group: STREAMING,
    env: 'BRIDGE_CACHE_DISK',
    description: 'Disk space for cached blocks, in the data directory; 0 turns the disk cache off.',
  }),
  blockSize: required(bytes({ from: '64KiB', to: '16MiB' }), '256KiB', {
    group: STREAMING,
    env: 'BRIDGE_BLOCK_SIZE',
    description: 'Size of one cached block. Another size begins the disk cache anew.',
  }),
  readAhead: required(bytes(), '64MiB', {
    group: STREAMING,
    env: 'BRIDGE_READ_AHEAD',
    description: 'Memory for what is fetched ahead of all readers together.',
  }),
  readAheadWindow: required(bytes({ from: '64KiB' }), '8MiB', {
    group: STREAMING,
    env: 'BRIDGE_READ_AHEAD_WINDOW',
    description: 'Most bytes fetched ahead of one reader.',
  }),
  prefetchNext: required(boolean, 'false', {
    group: STREAMING,
    env: 'BRIDGE_PREFETCH_NEXT',
    description: 'Ask for the direct link of the next episode when one nears its end.',
  }),

  ffmpeg: required(text, 'ffmpeg', {
    group: PROGRAMS,
    env: 'BRIDGE_FFMPEG',
    description: 'The ffmpeg to run: a name in PATH or a path.',
  }),
  ffprobe: required(text, 'ffprobe', {
    group: PROGRAMS,
    env: 'BRIDGE_FFPROBE',
    description: 'The ffprobe to run.',
  }),
  rclone: required(text, 'rclone', {
    group: PROGRAMS,
    env: 'BRIDGE_RCLONE',
    description: 'The rclone to run.',
  }),
} as const;

export type SettingKey = keyof typeof SETTINGS;

/** The values of every setting: durations in ms, sizes in bytes, unset ones null. */
export type Settings = {
  readonly [Key in SettingKey]: (typeof SETTINGS)[Key] extends Setting<infer T> ? T : never;
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The long form of the flag of a setting, without dashes. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

/** The key under which a secret is given by the path of a file that holds it. */
export function fileForm(key: string): string {
  return `${key}File`;
}
