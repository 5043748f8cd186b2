import { required } from '../setting.ts';
import { duration, listOf, mapping } from '../value-types.ts';

const GROUP = 'Library';

export const LIBRARY_SETTINGS = {
  crawlInterval: required(duration({ from: '1m' }), '6h', {
    group: GROUP,
    env: 'BRIDGE_CRAWL_INTERVAL',
    description: 'After how long the crawler reads a folder again.',
  }),
  crawlActiveInterval: required(duration({ from: '1m' }), '1h', {
    group: GROUP,
    env: 'BRIDGE_CRAWL_ACTIVE_INTERVAL',
    description: 'The same for a folder that changed within the last day.',
  }),
  browseInterval: required(duration({ from: '30s' }), '1m', {
    group: GROUP,
    env: 'BRIDGE_BROWSE_INTERVAL',
    description: 'How old the listing of a folder must be to be read again when someone opens it.',
  }),
  importPaths: required(listOf(mapping), '', {
    group: GROUP,
    env: 'BRIDGE_IMPORT_PATHS',
    description:
      'Where Radarr and Sonarr see the library, for their webhooks: `/mnt/1fichier=/`, or a folder of it, `/tv=/Series`.',
  }),
} as const;
