import { required } from '../setting.ts';
import { boolean, bytes, wholeNumber } from '../value-types.ts';

const GROUP = 'WebDAV and writing';

export const WEBDAV_SETTINGS = {
  write: required(boolean, 'false', {
    group: GROUP,
    env: 'BRIDGE_WRITE',
    description: 'Let clients upload, move and delete in the account.',
  }),
  uploadSpool: required(bytes(), '10GiB', {
    group: GROUP,
    env: 'BRIDGE_UPLOAD_SPOOL',
    description:
      'Disk space, in the data directory, for uploads whose size the client does not say: 1fichier must know it first.',
  }),
  davInfinity: required(wholeNumber(0, 1_000_000), '20000', {
    group: GROUP,
    env: 'BRIDGE_DAV_INFINITY',
    description:
      'Most entries that WebDAV lists for one request of Depth infinity; 0 refuses that depth, so that clients ask folder by folder.',
  }),
} as const;
