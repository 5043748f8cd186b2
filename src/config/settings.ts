import { ACCOUNT_SETTINGS } from './groups/account.ts';
import { DATA_SETTINGS } from './groups/data.ts';
import { LIBRARY_SETTINGS } from './groups/library.ts';
import { MEDIA_SETTINGS } from './groups/media.ts';
import { NOTIFY_SETTINGS } from './groups/notify.ts';
import { PROGRAM_SETTINGS } from './groups/programs.ts';
import { SERVER_SETTINGS } from './groups/server.ts';
import { STREAMING_SETTINGS } from './groups/streaming.ts';
import { STRM_SETTINGS } from './groups/strm.ts';
import { WEBDAV_SETTINGS } from './groups/webdav.ts';
import type { Setting } from './setting.ts';

/** Every setting of the bridge: the one source for loading, --help and docs/configuration.md. */
export const SETTINGS = {
  ...ACCOUNT_SETTINGS,
  ...SERVER_SETTINGS,
  ...WEBDAV_SETTINGS,
  ...DATA_SETTINGS,
  ...LIBRARY_SETTINGS,
  ...STREAMING_SETTINGS,
  ...STRM_SETTINGS,
  ...MEDIA_SETTINGS,
  ...NOTIFY_SETTINGS,
  ...PROGRAM_SETTINGS,
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

/** Every secret that is set, for the log to hide. */
export function secretsIn(settings: Settings): string[] {
  return SETTING_KEYS.flatMap((key) => {
    const value = SETTINGS[key].secret ? settings[key] : null;
    return typeof value === 'string' ? [value] : [];
  });
}
