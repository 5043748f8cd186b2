import { BridgeError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { readConfigFile, readSecretFile } from './files.ts';
import { readStoredKey } from './stored-key.ts';
import { fileForm, flagName, SETTING_KEYS, SETTINGS, type SettingKey, type Settings } from './settings.ts';

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by key of the table; secrets by their file form, such as `apiKeyFile`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** A value as someone wrote it, and where. */
interface Given {
  readonly text: string;
  /** Names the place in messages, such as `BRIDGE_PORT` or `--port`. */
  readonly place: string;
}

type GivenValues = Map<SettingKey, Given>;

/** The environment names the configuration file itself goes by. */
const CONFIG_ENV = 'BRIDGE_CONFIG';

/**
 * The settings: defaults, then the configuration file, then the environment, then flags, each over the one before.
 * Where none has the API key, it is the one that the page was given, if any.
 *
 * @throws BridgeError `config-invalid` that lists everything wrong at once, without showing a secret.
 */
export function loadSettings(sources: Sources): Settings {
  const problems: string[] = [];
  const fromFlags = readFlags(sources.flags, problems);
  const fromEnv = readEnvironment(sources.env, problems);
  const fromFile = readFile(sources, fromFlags, fromEnv, problems);
  const given: GivenValues = new Map([...fromFile, ...fromEnv, ...fromFlags]);

  const values: Partial<Record<SettingKey, unknown>> = {};
  for (const key of SETTING_KEYS) {
    const value = valueOf(key, given.get(key), problems);
    if (value !== undefined) values[key] = value;
  }
  const { apiKey, dataDir } = values as Partial<Settings>;
  if (apiKey === null && dataDir !== undefined) values.apiKey = readStoredKey(dataDir, problems);
  if (problems.length > 0) throw invalid(problems);
  return values as Settings;
}

function invalid(problems: readonly string[]): BridgeError {
  const count = problems.length === 1 ? 'a setting is wrong' : `${problems.length} settings are wrong`;
  return new BridgeError('config-invalid', `${count}:\n${problems.map((line) => `  ${line}`).join('\n')}`, {
    hint: 'Every setting is explained by `fichier-bridge serve --help` and in docs/configuration.md.',
  });
}

/** The typed value of one setting; undefined when it is wrong, which is then in `problems`. */
function valueOf(key: SettingKey, given: Given | undefined, problems: string[]): unknown {
  const setting = SETTINGS[key];
  const written = given?.text ?? setting.default;
  if (written === null) return null;
  const value = setting.type.parse(written);
  if (value === undefined) {
    const shown = setting.secret ? '(hidden)' : JSON.stringify(written);
    problems.push(`${given?.place ?? key} is ${shown}; it must be ${setting.type.allowed}`);
  }
  return value;
}

function readFlags(flags: Sources['flags'], problems: string[]): GivenValues {
  const given: GivenValues = new Map();
  for (const key of SETTING_KEYS) {
    const text = flags[key];
    if (text !== undefined) given.set(key, { text, place: `--${flagName(key)}` });
    const file = flags[fileForm(key)];
    if (file !== undefined) addSecret(given, key, file, `--${flagName(fileForm(key))}`, problems);
  }
  return given;
}

function readEnvironment(env: Sources['env'], problems: string[]): GivenValues {
  const given: GivenValues = new Map();
  const known = new Set<string>([CONFIG_ENV]);
  for (const key of SETTING_KEYS) {
    const name = SETTINGS[key].env;
    known.add(name);
    // An empty variable is what a compose file makes of one that its reader left out: it is not set.
    const text = env[name];
    if (text !== undefined && text !== '') given.set(key, { text, place: name });
    if (!SETTINGS[key].secret) continue;
    known.add(`${name}_FILE`);
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (given.has(key)) problems.push(`${name} and ${name}_FILE are both set; keep one of them`);
    else addSecret(given, key, file, `${name}_FILE`, problems);
  }
  for (const name of Object.keys(env)) {
    if (/^(?:BRIDGE|FICHIER)_/.test(name) && !known.has(name)) problems.push(unknown(name, known));
  }
  return given;
}

function readFile(
  sources: Sources,
  fromFlags: GivenValues,
  fromEnv: GivenValues,
  problems: string[],
): GivenValues {
  const given: GivenValues = new Map();
  const named = sources.flags['config'] ?? sources.env[CONFIG_ENV];
  const dataDir = (fromFlags.get('dataDir') ?? fromEnv.get('dataDir'))?.text ?? SETTINGS.dataDir.default;
  const file = readConfigFile(named === '' ? undefined : named, dataDir ?? '.', problems);
  if (file === null) return given;

  const known = new Set<string>(SETTING_KEYS);
  for (const key of SETTING_KEYS) if (SETTINGS[key].secret) known.add(fileForm(key));
  for (const [name, value] of Object.entries(file.values)) {
    const place = `${name} in ${file.path}`;
    if (!known.has(name)) {
      problems.push(`${unknown(name, known)} (in ${file.path})`);
    } else if (name === 'dataDir' && named === undefined) {
      problems.push(`${place} cannot be set there: the file itself is found by way of the data directory`);
    } else {
      addFromFile(given, name, value, place, problems);
    }
  }
  return given;
}

function addFromFile(
  given: GivenValues,
  name: string,
  value: unknown,
  place: string,
  problems: string[],
): void {
  const key = SETTING_KEYS.find((candidate) => candidate === name);
  const text = asText(value, key !== undefined && SETTINGS[key].type.list);
  if (text === undefined) {
    problems.push(`${place} must be a text, a number, or true or false`);
  } else if (key !== undefined) {
    given.set(key, { text, place });
  } else {
    const secretKey = SETTING_KEYS.find((candidate) => fileForm(candidate) === name);
    if (secretKey !== undefined) addSecret(given, secretKey, text, place, problems);
  }
}

function asText(value: unknown, list: boolean): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (list && Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.every((item) => typeof item === 'string')) return items.join(',');
  }
  return undefined;
}

function addSecret(
  given: GivenValues,
  key: SettingKey,
  file: string,
  place: string,
  problems: string[],
): void {
  const text = readSecretFile(file, place, problems);
  if (text !== undefined) given.set(key, { text, place });
}

function unknown(name: string, known: ReadonlySet<string>): string {
  const near = nearest(name, known);
  return `${name} is no setting${near === null ? '' : `; did you mean ${near}?`}`;
}
