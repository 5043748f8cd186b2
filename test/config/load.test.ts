import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings, type Sources } from '../../src/config/load.ts';
import { SETTING_KEYS, SETTINGS } from '../../src/config/settings.ts';
import { BridgeError } from '../../src/errors.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-config-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function load(given: Partial<Sources> = {}): ReturnType<typeof loadSettings> {
  return loadSettings({ env: { BRIDGE_DATA_DIR: directory, ...given.env }, flags: given.flags ?? {} });
}

function complaint(given: Partial<Sources>): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof BridgeError) return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

function writeConfig(content: unknown): void {
  writeFileSync(
    join(directory, 'config.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

describe('sources', () => {
  test('every default in the table is a value that its own setting allows', () => {
    expect(load()).toMatchObject({ port: 8787, host: '127.0.0.1', apiKey: null, cacheDisk: 4 * 2 ** 30 });
    expect(Object.keys(load()).sort()).toEqual([...SETTING_KEYS].sort());
  });

  test('a flag wins over the environment, the environment over the file, the file over the default', () => {
    writeConfig({ port: 1001, host: '::1', logLevel: 'warn' });
    const settings = load({
      env: { BRIDGE_PORT: '1002', BRIDGE_HOST: '127.0.0.2' },
      flags: { port: '1003' },
    });
    expect(settings).toMatchObject({ port: 1003, host: '127.0.0.2', logLevel: 'warn' });
  });

  test('a variable set to nothing counts as not set', () => {
    expect(load({ env: { FICHIER_API_KEY: '', BRIDGE_PORT: '' } })).toMatchObject({
      apiKey: null,
      port: 8787,
    });
  });

  test('a file named by BRIDGE_CONFIG is read in place of the one in the data directory, which it may set', () => {
    const other = join(directory, 'other.json');
    writeFileSync(other, JSON.stringify({ dataDir: '/srv/bridge', port: 99 }));
    const settings = loadSettings({ env: { BRIDGE_CONFIG: other }, flags: {} });
    expect(settings).toMatchObject({ dataDir: '/srv/bridge', port: 99 });
  });

  test('a file gives lists as arrays, sizes as numbers and switches as booleans', () => {
    writeConfig({ allowedHosts: ['media.lan', 'tv.lan'], cacheMemory: 16_777_216, write: true });
    expect(load()).toMatchObject({
      allowedHosts: ['media.lan', 'tv.lan'],
      cacheMemory: 16_777_216,
      write: true,
    });
  });

  test('a secret is read from the file that its _FILE form names, without the line end', () => {
    const file = join(directory, 'key');
    writeFileSync(file, 'abcdef\n');
    expect(load({ env: { FICHIER_API_KEY_FILE: file } }).apiKey).toBe('abcdef');
    expect(load({ flags: { apiKeyFile: file } }).apiKey).toBe('abcdef');
    writeConfig({ apiKeyFile: file });
    expect(load().apiKey).toBe('abcdef');
  });
});

describe('values', () => {
  test.each([
    ['BRIDGE_CACHE_MEMORY', '64MiB', 'cacheMemory', 64 * 2 ** 20],
    ['BRIDGE_CACHE_MEMORY', '1.5GiB', 'cacheMemory', 1.5 * 2 ** 30],
    ['BRIDGE_CACHE_DISK', '0', 'cacheDisk', 0],
    ['BRIDGE_PATIENCE', '1m30s', 'patience', 90_000],
    ['BRIDGE_DRAIN_TIME', '0', 'drainTime', 0],
    ['BRIDGE_WRITE', 'yes', 'write', true],
    ['BRIDGE_PUBLIC_URL', 'https://media.example/bridge/', 'publicUrl', 'https://media.example/bridge'],
    ['BRIDGE_ALLOWED_HOSTS', 'a.lan, b.lan,', 'allowedHosts', ['a.lan', 'b.lan']],
  ])('%s=%s is understood', (name, text, key, value) => {
    expect(load({ env: { [name]: text } })).toHaveProperty(key, value);
  });

  test.each(SETTING_KEYS.filter((key) => !['free text', 'path'].includes(kindOf(key))))(
    'a wrong value of %s is refused with its name and what is allowed',
    (key) => {
      const { env, type, secret } = SETTINGS[key];
      const wrong = secret ? 'two words' : '?!';
      const message = complaint({ env: { [env]: wrong } });
      expect(message).toContain(`${env} is ${secret ? '(hidden)' : '"?!"'}`);
      expect(message).toContain(type.allowed);
    },
  );

  test('everything wrong is reported at once, and no secret is shown', () => {
    const message = complaint({
      env: { BRIDGE_PORT: '70000', BRIDGE_PATIENCE: '30', FICHIER_API_KEY: 'my key' },
      flags: { cacheDisk: 'big' },
    });
    expect(message).toMatch(/^4 settings are wrong:/);
    expect(message).toContain('BRIDGE_PORT is "70000"; it must be a whole number, from 0 to 65535');
    expect(message).toContain('BRIDGE_PATIENCE is "30"; it must be a duration such as 30s');
    expect(message).toContain('--cache-disk is "big"');
    expect(message).not.toContain('my key');
  });
});

describe('names', () => {
  test('a misspelt variable is refused with the nearest name', () => {
    expect(complaint({ env: { FICHIER_APIKEY: 'x' } })).toContain('did you mean FICHIER_API_KEY?');
    expect(complaint({ env: { BRIDGE_PROT: '1' } })).toContain('did you mean BRIDGE_PORT?');
  });

  test('a misspelt key of the file is refused with the nearest name', () => {
    writeConfig({ cache_memory: '64MiB' });
    expect(complaint({})).toContain('did you mean cacheMemory?');
  });

  test('a name near to nothing is refused without a guess', () => {
    expect(complaint({ env: { BRIDGE_WEATHER_REPORT: 'sunny' } })).toMatch(/is no setting$/m);
  });

  test('variables of other programs are left alone', () => {
    expect(load({ env: { HOME: '/root', BRIDGEHEAD: 'x' } }).port).toBe(8787);
  });
});

describe('files', () => {
  test('a file that is not JSON is refused without quoting it', () => {
    writeConfig('{ "apiKey": "s3cret" oops');
    expect(complaint({})).toContain('config.json is not valid JSON');
    expect(complaint({})).not.toContain('s3cret');
  });

  test('a file that holds no object is refused', () => {
    writeConfig([1]);
    expect(complaint({})).toContain('must hold one JSON object');
  });

  test('a named file that is missing is refused', () => {
    expect(complaint({ env: { BRIDGE_CONFIG: join(directory, 'no.json') } })).toContain('cannot be read');
  });

  test('the data directory cannot be set by the file inside it', () => {
    writeConfig({ dataDir: '/elsewhere' });
    expect(complaint({})).toContain('dataDir');
  });

  test('a secret file that is missing is refused by the name of its variable', () => {
    expect(complaint({ env: { BRIDGE_TOKEN_FILE: join(directory, 'none') } })).toContain('BRIDGE_TOKEN_FILE');
  });

  test('a secret given twice is refused', () => {
    expect(complaint({ env: { BRIDGE_TOKEN: 'a', BRIDGE_TOKEN_FILE: '/x' } })).toContain('both set');
  });
});

/** Free text and paths take nearly everything: no wrong value of theirs fits a variable. */
function kindOf(key: (typeof SETTING_KEYS)[number]): string {
  const { allowed } = SETTINGS[key].type;
  if (allowed.includes('a text on one line')) return 'free text';
  return allowed === 'a path' ? 'path' : 'strict';
}
