import { required } from '../setting.ts';
import { oneOf, path } from '../value-types.ts';

const GROUP = 'Data and logs';

export const DATA_SETTINGS = {
  dataDir: required(path, '~/.local/share/fichier-bridge', {
    group: GROUP,
    env: 'BRIDGE_DATA_DIR',
    description: 'Where the catalogue and the block cache are. One bridge per directory.',
  }),
  logLevel: required(oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), 'info', {
    group: GROUP,
    env: 'BRIDGE_LOG_LEVEL',
    description: 'The least severe log line to write.',
  }),
  logFormat: required(oneOf('auto', 'pretty', 'json'), 'auto', {
    group: GROUP,
    env: 'BRIDGE_LOG_FORMAT',
    description: '`auto` is pretty in a terminal and JSON lines elsewhere.',
  }),
} as const;
