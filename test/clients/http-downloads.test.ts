import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeBytes } from '../support/fake-content.ts';
import { listen, testServer, type TestServer } from '../support/http-server.ts';
import { runProgram } from '../support/program.ts';

const SIZE = 5 * 1024 * 1024 + 321;
const WHOLE = fakeBytes({ start: 0, end: SIZE });
const NAMES = [
  'Film: The Return.mkv',
  'Film 10 & "more" #1?.mkv',
  'Film 2 100%.mkv',
  'Été à la mer.mkv',
  "It's; a+b.mkv",
  '日本語.mkv',
];

let parts: TestServer;
let address: string;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'http-downloads-'));
  parts = testServer();
  for (const name of NAMES) parts.library.addFile(`/Films/${name}`, { size: SIZE });
  parts.library.addFolder('/Films/Extras: 1');
  address = await listen(parts.server);
});

afterEach(async () => {
  await parts.server.close();
  await rm(directory, { recursive: true, force: true });
});

function fileAddress(name: string): string {
  return `${address}/library/Films/${encodeURIComponent(name)}`;
}

async function run(command: string, ...args: string[]): Promise<Buffer> {
  const result = await runProgram(command, args);
  expect(result.code, `${command}: ${result.stderr}`).toBe(0);
  return result.stdout;
}

describe('downloading programs get exact bytes', () => {
  it('curl -r for one range', async () => {
    const bytes = await run('curl', '-sSf', '-r', '1000-70000', fileAddress('日本語.mkv'));
    expect(bytes.equals(WHOLE.subarray(1000, 70_001))).toBe(true);
  });

  it('wget -c for the rest of a download that was cut', async () => {
    const target = join(directory, 'film.mkv');
    await writeFile(target, WHOLE.subarray(0, 1_000_000));
    const url = `${address}/stream/${parts.library.addFile('/film.mkv', { size: SIZE }).id}/film.mkv`;
    await run('wget', '-q', '-c', '-P', directory, url);
    expect((await readFile(target)).equals(WHOLE)).toBe(true);
    expect(parts.reader.requests.map(({ range }) => range.start)).toEqual([1_000_000]);
  });

  it('aria2c over four connections', async () => {
    const options = ['-x4', '-s4', '-k1M', '--no-conf', '-q', '--allow-overwrite=true'];
    await run('aria2c', ...options, '-d', directory, '-o', 'film', fileAddress('Film 2 100%.mkv'));
    expect((await readFile(join(directory, 'film'))).equals(WHOLE)).toBe(true);
    expect(parts.reader.requests.length).toBeGreaterThan(1);
  });
});

describe("rclone's http remote", () => {
  const remote = (): string => `:http,url='${address}/library/':Films`;

  it('lists every name as it is', async () => {
    const listed = await run('rclone', 'lsf', '--config', '/dev/null', remote());
    expect(listed.toString('utf8').trim().split('\n').sort()).toEqual([...NAMES, 'Extras: 1/'].sort());
  });

  it('copies every file', async () => {
    await run('rclone', 'copy', '--config', '/dev/null', remote(), directory);
    for (const name of NAMES) {
      expect((await readFile(join(directory, name))).equals(WHOLE), name).toBe(true);
    }
  });
});
