import { fileForm, flagName, SETTING_KEYS, SETTINGS, type SettingKey } from './settings.ts';

/** A setting as its readers see it. */
export interface SettingEntry {
  readonly key: SettingKey;
  readonly group: string;
  readonly env: string;
  /** With its placeholder, such as `--port <number>`. */
  readonly flag: string;
  readonly default: string | null;
  readonly allowed: string;
  readonly description: string;
  readonly secret: boolean;
}

/** Every setting, in the order of the table. */
export function settingEntries(): SettingEntry[] {
  return SETTING_KEYS.map((key) => {
    const { type, ...setting } = SETTINGS[key];
    const flag = setting.secret
      ? `--${flagName(fileForm(key))} <path>`
      : `--${flagName(key)} <${type.placeholder}>`;
    return { ...setting, key, flag, allowed: type.allowed };
  });
}

/** docs/configuration.md. */
export function configurationPage(): string {
  const lines = [INTRODUCTION];
  let group = '';
  for (const entry of settingEntries()) {
    if (entry.group !== group) {
      group = entry.group;
      lines.push('', `## ${group}`);
    }
    lines.push('', `### \`${entry.env}\``, '', entry.description, '', ...facts(entry));
  }
  return `${lines.join('\n')}\n`;
}

function facts(entry: SettingEntry): string[] {
  const unset = entry.default === null ? 'not set' : entry.default === '' ? 'empty' : `\`${entry.default}\``;
  const file = entry.secret ? ` (or \`${fileForm(entry.key)}\`, the path of a file that holds it)` : '';
  const env = entry.secret ? [`- file that holds it: \`${entry.env}_FILE\``] : [];
  return [
    `- default: ${unset}`,
    `- allowed: ${entry.allowed}`,
    ...env,
    `- flag: \`${entry.flag}\``,
    `- in the file: \`${entry.key}\`${file}`,
  ];
}

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from src/config/settings.ts; do not edit by hand. -->

A setting comes from its default, the configuration file, the environment or a flag; a later one in this list wins.

The configuration file is JSON: the one that \`BRIDGE_CONFIG\` or \`--config\` names, or \`config.json\` in the data
directory. Example:

\`\`\`json
{ "apiKeyFile": "~/.config/1fichier-key", "port": 8080, "cacheDisk": "20GiB", "allowedHosts": ["media.lan"] }
\`\`\`

Secrets have no flag of their own, since others on the machine can read command lines. A variable that is set to
nothing counts as not set. Everything wrong is reported at once, and a name that is no setting is wrong too.`;
