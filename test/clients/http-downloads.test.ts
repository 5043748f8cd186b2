import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { outputOf } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const SIZE = 5 * 1024 * 1024 + 321;
/** Names at 1fichier, and as the library shows them. */
const NAMES: Readonly<Record<string, string>> = {
  'Film: The Return?.mkv': 'Film： The Return？.mkv',
  'Film 10 & more #1.mkv': 'Film 10 & more #1.mkv',
  'Film 2 100%.mkv': 'Film 2 100%.mkv',
  'Été à la mer.mkv': 'Été à la mer.mkv',
  "It's; a+b.mkv": "It's; a+b.mkv",
  '日本語.mkv': '日本語.mkv',
};
const SHOWN = Object.values(NAMES);

let whole: WholeBridge;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'http-downloads-'));
  whole = await startWholeBridge(
    (account) => {
      const films = account.addFolder(0, 'Films');
      for (const [name, shown] of Object.entries(NAMES)) {
        account.addFile(films, name, syntheticContent(shown, SIZE));
      }
      account.addFolder(films, 'Extras');
    },
    // Looking into a folder must not count as calls here, however slowly the machine gets to it.
    { env: { BRIDGE_BROWSE_INTERVAL: '1h' } },
  );
  whole.emulator.resetCounts();
});

afterEach(async () => {
  await whole.close();
  await rm(directory, { recursive: true, force: true });
});

function addressOf(name: string): string {
  return `${whole.bridge.address}library/Films/${encodeURIComponent(name)}`;
}

function isWhole(bytes: Buffer, name: string): boolean {
  return bytes.equals(syntheticBytes(name, 0, SIZE));
}

function apiCalls(): Readonly<Record<string, number>> {
  return whole.emulator.counts().api;
}

describe('downloading programs get exact bytes for one direct link a file', () => {
  it('curl for a whole file', async () => {
    expect(isWhole(await outputOf('curl', '-sSf', addressOf('日本語.mkv')), '日本語.mkv')).toBe(true);
    expect(apiCalls()).toEqual({ get_token: 1 });
  });

  it('curl -r for single ranges, the last bytes, and several ranges at once', async () => {
    const name = 'Film 2 100%.mkv';
    const curl = (range: string): Promise<Buffer> => outputOf('curl', '-sSf', '-r', range, addressOf(name));
    expect((await curl('1000-70000')).equals(syntheticBytes(name, 1000, 70_001))).toBe(true);
    expect((await curl('-500')).equals(syntheticBytes(name, SIZE - 500, SIZE))).toBe(true);
    const several = await curl('0-9,5000000-5000099');
    expect(several.includes(syntheticBytes(name, 0, 10))).toBe(true);
    expect(several.includes(syntheticBytes(name, 5_000_000, 5_000_100))).toBe(true);
    expect(apiCalls()).toEqual({ get_token: 1 });
  });

  it('wget -c for the rest of a download that was cut, which alone is fetched', async () => {
    const name = 'Film 10 & more #1.mkv';
    const id = fileId(name);
    const target = join(directory, 'film.mkv');
    await writeFile(target, syntheticBytes(name, 0, 4_000_000));
    await outputOf('wget', '-q', '-c', '-P', directory, `${whole.bridge.address}stream/${id}/film.mkv`);
    expect(isWhole(await readFile(target), name)).toBe(true);
    expect(apiCalls()).toEqual({ get_token: 1 });
    expect(whole.emulator.counts().storageBytes).toBeLessThan(SIZE / 2);
  });

  it('aria2c over four connections', async () => {
    const name = "It's; a+b.mkv";
    const options = ['-x4', '-s4', '-k1M', '--no-conf', '-q', '--allow-overwrite=true'];
    await outputOf('aria2c', ...options, '-d', directory, '-o', 'film', addressOf(name));
    expect(isWhole(await readFile(join(directory, 'film')), name)).toBe(true);
    expect(apiCalls()).toEqual({ get_token: 1 });
  });
});

describe("rclone's http remote", () => {
  const rclone = (command: string, ...args: string[]): Promise<Buffer> =>
    outputOf(
      'rclone',
      command,
      '--config',
      '/dev/null',
      `:http,url='${whole.bridge.address}library/':Films`,
      ...args,
    );

  it('lists every name as the library shows it, with sizes, for no call at all', async () => {
    const listed = await rclone('lsf', '--format', 'sp');
    const expected = [...SHOWN.map((name) => `${SIZE};${name}`), '-1;Extras/'];
    expect(listed.toString('utf8').trim().split('\n').sort()).toEqual(expected.sort());
    expect(apiCalls()).toEqual({});
  });

  it('copies every file', async () => {
    await rclone('copy', directory);
    for (const name of SHOWN) expect(isWhole(await readFile(join(directory, name)), name), name).toBe(true);
    expect(apiCalls()).toEqual({ get_token: SHOWN.length });
  });
});

function fileId(name: string): string {
  const found = whole.bridge.account.library.entryAt(`/Films/${name}`);
  if (found?.kind !== 'file') throw new Error(`the library has no ${name}`);
  return found.id;
}
