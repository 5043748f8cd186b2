import type { Settings } from '../config/settings.ts';
import type { Installation } from '../http/api/setup-routes.ts';
import { rcloneArguments } from '../mount/rclone-command.ts';

/** What the set-up pages tell of this installation. */
export function installation(settings: Settings, strmDirectories: readonly string[]): Installation {
  const { publicUrl, token, write: writable } = settings;
  return {
    publicUrl,
    tokenNeeded: token !== null,
    writable,
    strmDirectories,
    rcloneArguments: (url, mountPoint) => rcloneArguments({ url, mountPoint, writable, allowOther: true }),
  };
}
