import { required } from '../setting.ts';
import { bytes, oneOf, wholeNumber } from '../value-types.ts';

const GROUP = 'Media';

export const MEDIA_SETTINGS = {
  probe: required(oneOf('off', 'on-demand', 'background'), 'on-demand', {
    group: GROUP,
    env: 'BRIDGE_PROBE',
    description:
      'When ffprobe looks into media files: `on-demand` when somebody asks, `background` also into all others, slowly, while nobody watches.',
  }),
  mediaProcesses: required(wholeNumber(1, 64), '2', {
    group: GROUP,
    env: 'BRIDGE_MEDIA_PROCESSES',
    description: 'ffprobe and ffmpeg processes at once for media information, thumbnails and subtitles.',
  }),
  playProcesses: required(wholeNumber(1, 64), '2', {
    group: GROUP,
    env: 'BRIDGE_PLAY_PROCESSES',
    description: 'Films that ffmpeg converts for browsers at once; who asks for one more is told to wait.',
  }),
  thumbnailCache: required(bytes(), '256MiB', {
    group: GROUP,
    env: 'BRIDGE_THUMBNAIL_CACHE',
    description: 'Disk space for thumbnails and converted subtitles, in the data directory; 0 keeps none.',
  }),
} as const;
