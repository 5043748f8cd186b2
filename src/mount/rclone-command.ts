export interface MountPlan {
  /** Address of the WebDAV root. */
  readonly url: string;
  readonly mountPoint: string;
  readonly writable: boolean;
  /** Whether other users of the machine may look in: media servers run as users of their own. */
  readonly allowOther: boolean;
}

/** Why each is set is told in docs/jellyfin.md. */
const TUNING = [
  ['--dir-cache-time', '1m'],
  ['--attr-timeout', '10s'],
  ['--poll-interval', '0'],
  ['--buffer-size', '0'],
  ['--vfs-read-chunk-size', 'off'],
  ['--timeout', '2m'],
  ['--contimeout', '10s'],
  ['--low-level-retries', '10'],
] as const;

/**
 * Names come back as they were written, although the bridge shows what Windows refuses by look-alikes: rclone
 * uses the same ones.
 */
const ENCODING =
  'Slash,LtGt,DoubleQuote,SingleQuote,BackQuote,Dollar,Colon,Question,Asterisk,Pipe,BackSlash,Del,Ctl,InvalidUtf8,Dot';

/** The arguments of rclone for a mount in the foreground. */
export function rcloneArguments(plan: MountPlan): string[] {
  return [
    'mount',
    ':webdav:',
    plan.mountPoint,
    ...['--config', ''],
    ...['--webdav-url', plan.url, '--webdav-vendor', 'other', '--webdav-encoding', ENCODING],
    ...(plan.writable ? ['--vfs-cache-mode', 'writes'] : ['--vfs-cache-mode', 'off', '--read-only']),
    ...(plan.allowOther ? ['--allow-other'] : []),
    ...TUNING.flat(),
  ];
}

/** The token by way of the environment, which other users cannot see as they can a command line. */
export function rcloneEnvironment(token: string | null): Readonly<Record<string, string>> {
  return token === null ? {} : { RCLONE_WEBDAV_BEARER_TOKEN: token };
}
