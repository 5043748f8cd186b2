import { Option, type Command } from 'commander';
import { loadSettings } from '../config/load.ts';
import { settingEntries } from '../config/reference.ts';
import type { Settings } from '../config/settings.ts';

/** Whether the help of a command lists the settings or only says that it takes them. */
type Listing = 'listed' | 'hidden';

/** Gives a command a flag for every setting. */
export function addSettingFlags(command: Command, listing: Listing): Command {
  const config = new Option('--config <path>', 'configuration file (BRIDGE_CONFIG)');
  command.addOption(listing === 'listed' ? config.helpGroup('Configuration file:') : config.hideHelp());
  for (const entry of settingEntries()) {
    const fallback = entry.default === null || entry.default === '' ? '' : `; default ${entry.default}`;
    const option = new Option(entry.flag, `${entry.description} (${entry.env}${fallback})`);
    command.addOption(listing === 'listed' ? option.helpGroup(`${entry.group}:`) : option.hideHelp());
  }
  if (listing === 'hidden') {
    command.addHelpText('after', '\nTakes the settings of `fichier-bridge serve --help` as well.');
  }
  return command;
}

/** The settings for a command that was given `options` on its command line. */
export function settingsFrom(
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'string') flags[name] = value;
  }
  return loadSettings({ env, flags });
}
