import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const SIZE = 3_000_001;
const NAMES = ['Film 10 & #1 100%.mkv', 'Film 2.mkv', 'Été à la mer.mkv', '日本語 [x].mkv'];

let whole: WholeBridge;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webdav-rclone-'));
  whole = await startWholeBridge(
    (account) => {
      const films = account.addFolder(0, 'Films');
      for (const name of NAMES) account.addFile(films, name, syntheticContent(name, SIZE));
    },
    { env: { BRIDGE_WRITE: 'true' } },
  );
});

afterEach(async () => {
  await whole.close();
  await rm(directory, { recursive: true, force: true });
});

function remote(path: string, options = ''): string {
  return `:webdav,vendor=other,url='${whole.bridge.address}dav'${options}:${path}`;
}

async function rclone(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('rclone', ['--config', '/dev/null', ...args]);
  expect(code, `rclone ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout.toString('utf8') + stderr;
}

async function write(root: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

test('rclone lists and copies files of any name with their exact bytes', async () => {
  const listed = await rclone('lsf', remote('Films'));
  expect(listed.trim().split('\n').sort()).toEqual([...NAMES].sort());
  await rclone('copy', remote('Films'), directory);
  for (const name of NAMES) {
    const bytes = await readFile(join(directory, name));
    expect(bytes.equals(syntheticBytes(name, 0, SIZE))).toBe(true);
  }
});

test('rclone sync leaves no difference, both ways, whatever was added, changed, moved or removed', async () => {
  const up = join(directory, 'up');
  const down = join(directory, 'down');
  await write(up, 'Series/Season 1/Episode & 1.mkv', syntheticBytes('one', 0, 500_000));
  await write(up, 'Series/Season 1/Épisode 2.mkv', syntheticBytes('two', 0, 12_345));
  await write(up, 'Series/empty.nfo', '');
  await write(up, 'top #1 100%.txt', 'text');
  await rclone('sync', up, remote('Synced'));
  expect(await rclone('check', '--download', up, remote('Synced'))).toContain(' 0 differences found');

  await write(up, 'top #1 100%.txt', 'longer text');
  await write(up, 'Series/empty.nfo', 'no longer empty');
  await rename(join(up, 'Series/Season 1'), join(up, 'Series/Season 01'));
  await rm(join(up, 'Series/Season 01/Episode & 1.mkv'));
  await rclone('sync', up, remote('Synced'));
  expect(await rclone('check', '--download', up, remote('Synced'))).toContain(' 0 differences found');

  await rclone('sync', remote('Synced'), down);
  expect(await rclone('check', '--download', remote('Synced'), down)).toContain(' 0 differences found');
  expect(await readFile(join(down, 'Series/empty.nfo'), 'utf8')).toBe('no longer empty');
});

test('rclone rcat sends a body of unknown length, and about tells the quota', async () => {
  const piped = `head -c 400000 /dev/zero | rclone --config /dev/null rcat --streaming-upload-cutoff 0 "$0"`;
  const { code, stderr } = await runProgram('sh', ['-c', piped, remote('piped.bin')]);
  expect(code, stderr).toBe(0);
  expect(await rclone('size', '--json', remote('piped.bin'))).toContain('"bytes":400000');
  expect(await rclone('about', remote(''))).toMatch(/Used: +\S+[^]*Free: +\S+/);
});

test('rclone moveto, deletefile, mkdir and purge do what they say on the account', async () => {
  await rclone('moveto', remote('Films/Film 2.mkv'), remote('Films/Film 3.mkv'));
  await rclone('copyto', remote('Films/Film 3.mkv'), remote('Copies/Film 4.mkv'));
  await rclone('deletefile', remote(`Films/${NAMES[0] ?? ''}`));
  await rclone('mkdir', remote('Copies/Empty'));
  const left = await rclone('lsf', '-R', remote(''));
  expect(left.trim().split('\n').sort()).toEqual(
    [
      'Copies/',
      'Copies/Empty/',
      'Copies/Film 4.mkv',
      'Films/',
      'Films/Film 3.mkv',
      'Films/Été à la mer.mkv',
      'Films/日本語 [x].mkv',
    ].sort(),
  );
  await rclone('purge', remote('Copies'));
  expect((await rclone('lsf', remote(''))).trim()).toBe('Films/');
});

test('with the encoding that docs/plex.md gives, names that Windows refuses come back as they were', async () => {
  const encoding =
    ",encoding='Slash,LtGt,DoubleQuote,SingleQuote,BackQuote,Dollar,Colon,Question,Asterisk,Pipe,BackSlash,Del,Ctl,InvalidUtf8,Dot'";
  const up = join(directory, 'up');
  for (const name of ['Who: the film?.mkv', 'a*b|c.mkv', 'say "x" <y>.mkv']) await write(up, name, 'content');
  await rclone('sync', up, remote('Encoded', encoding));
  expect(await rclone('check', '--download', up, remote('Encoded', encoding))).toContain(
    ' 0 differences found',
  );
});
