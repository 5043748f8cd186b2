import { required } from '../setting.ts';
import { text } from '../value-types.ts';

const GROUP = 'Programs';

export const PROGRAM_SETTINGS = {
  ffmpeg: required(text, 'ffmpeg', {
    group: GROUP,
    env: 'BRIDGE_FFMPEG',
    description: 'The ffmpeg to run: a name in PATH or a path.',
  }),
  ffprobe: required(text, 'ffprobe', {
    group: GROUP,
    env: 'BRIDGE_FFPROBE',
    description: 'The ffprobe to run.',
  }),
  rclone: required(text, 'rclone', {
    group: GROUP,
    env: 'BRIDGE_RCLONE',
    description: 'The rclone to run.',
  }),
} as const;
