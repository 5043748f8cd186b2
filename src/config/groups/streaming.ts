import { required } from '../setting.ts';
import { boolean, bytes, duration, oneOf, wholeNumber } from '../value-types.ts';

const GROUP = 'Streaming';

export const STREAMING_SETTINGS = {
  patience: required(duration({ from: '1s' }), '60s', {
    group: GROUP,
    env: 'BRIDGE_PATIENCE',
    description:
      'How long a read may go without a byte, through renewals and retries, before the client is cut off.',
  }),
  stallTime: required(duration({ from: '1s' }), '15s', {
    group: GROUP,
    env: 'BRIDGE_STALL_TIME',
    description:
      'A storage host that sends nothing for this long, or less than 16 KiB in it, is asked again on another connection.',
  }),
  linkProfile: required(oneOf('documented', 'lenient'), 'documented', {
    group: GROUP,
    env: 'BRIDGE_LINK_PROFILE',
    description:
      'Life of a direct link: `documented` 5 minutes to its first use and 30 from there, `lenient` until it is refused.',
  }),
  linkMaxAge: required(duration({ from: '1m' }), '8h', {
    group: GROUP,
    env: 'BRIDGE_LINK_MAX_AGE',
    description: 'The oldest a direct link may be with the profile `lenient`.',
  }),
  connections: required(wholeNumber(1, 30), '12', {
    group: GROUP,
    env: 'BRIDGE_CONNECTIONS',
    description: 'Data connections to 1fichier in all; it refuses more than about 30.',
  }),
  connectionsPerFile: required(wholeNumber(1, 30), '3', {
    group: GROUP,
    env: 'BRIDGE_CONNECTIONS_PER_FILE',
    description: 'Data connections for one file.',
  }),
  cacheMode: required(oneOf('auto', 'cache', 'passthrough'), 'auto', {
    group: GROUP,
    env: 'BRIDGE_CACHE_MODE',
    description:
      '`cache` keeps every byte read, `passthrough` none; `auto` keeps all but large files that are no media and are read whole.',
  }),
  cacheMemory: required(bytes(), '128MiB', {
    group: GROUP,
    env: 'BRIDGE_CACHE_MEMORY',
    description: 'Memory for cached blocks.',
  }),
  cacheDisk: required(bytes(), '4GiB', {
    group: GROUP,
    env: 'BRIDGE_CACHE_DISK',
    description: 'Disk space for cached blocks, in the data directory; 0 turns the disk cache off.',
  }),
  cacheDiskSequential: required(bytes(), '64MiB', {
    group: GROUP,
    env: 'BRIDGE_CACHE_DISK_SEQUENTIAL',
    description:
      'How much of one read in sequence goes to disk; what follows stays in memory only, so that playing a film costs no disk writes. Head and tail always go. Set it to the size of your films to keep them whole.',
  }),
  blockSize: required(bytes({ from: '64KiB', to: '16MiB' }), '256KiB', {
    group: GROUP,
    env: 'BRIDGE_BLOCK_SIZE',
    description: 'Size of one cached block. Another size begins the disk cache anew.',
  }),
  readAhead: required(bytes(), '64MiB', {
    group: GROUP,
    env: 'BRIDGE_READ_AHEAD',
    description: 'Memory for what is fetched ahead of all readers together.',
  }),
  readAheadWindow: required(bytes({ from: '64KiB' }), '8MiB', {
    group: GROUP,
    env: 'BRIDGE_READ_AHEAD_WINDOW',
    description: 'Most bytes fetched ahead of one reader.',
  }),
  prefetchNext: required(boolean, 'false', {
    group: GROUP,
    env: 'BRIDGE_PREFETCH_NEXT',
    description: 'Ask for the direct link of the next episode when one nears its end.',
  }),
} as const;
