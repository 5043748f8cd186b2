import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const SIZE = 2_000_001;

let whole: WholeBridge;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webdav-mounts-'));
  whole = await startWholeBridge(
    (account) => {
      const films = account.addFolder(0, 'Films');
      account.addFile(films, 'Été 1.mkv', syntheticContent('film', SIZE));
    },
    { env: { BRIDGE_WRITE: 'true' } },
  );
});

afterEach(async () => {
  await whole.close();
  await rm(directory, { recursive: true, force: true });
});

async function run(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args);
  expect(code, `${command} ${args.join(' ')}: ${stderr}${stdout.toString()}`).toBe(0);
  return stdout.toString('utf8') + stderr;
}

test('cadaver makes, puts, moves, locks, gets and removes', async () => {
  await writeFile(join(directory, 'film.txt'), 'some content');
  const script = [
    'mkcol Made',
    'cd Made',
    `put ${join(directory, 'film.txt')}`,
    'lock film.txt',
    'unlock film.txt',
    'move film.txt moved.txt',
    'copy moved.txt copied.txt',
    `get copied.txt ${join(directory, 'got.txt')}`,
    'propset moved.txt colour blue',
    'propget moved.txt colour',
    'delete moved.txt',
    'ls',
    'quit',
  ].join('\\n');
  const url = `${whole.bridge.address}dav/`;
  const output = await run('sh', '-c', `printf '${script}\\n' | HOME=${directory} cadaver ${url}`);
  expect(output).not.toMatch(/failed/i);
  expect(await readFile(join(directory, 'got.txt'), 'utf8')).toBe('some content');
  expect(whole.bridge.account.library.entryAt('/Made/copied.txt')).toMatchObject({ size: 12 });
  expect(whole.bridge.account.library.entryAt('/Made/moved.txt')).toBeNull();
});

test('davfs2 mounts the library, reads it and writes to it', { timeout: 60_000 }, async () => {
  const mountPoint = join(directory, 'mount');
  const config = join(directory, 'davfs2.conf');
  const cache = join(directory, 'cache');
  await mkdir(mountPoint);
  await mkdir(cache);
  // Mounted by root, davfs2 keeps its cache as a user of its own.
  await chmod(directory, 0o755);
  await chmod(cache, 0o777);
  await writeFile(config, `ask_auth 0\ndelay_upload 0\ncache_dir ${cache}\n`);
  await run('mount.davfs', `${whole.bridge.address}dav/`, mountPoint, '-o', `conf=${config}`);
  try {
    const film = join(mountPoint, 'Films/Été 1.mkv');
    expect((await readFile(film)).equals(syntheticBytes('film', 0, SIZE))).toBe(true);
    await mkdir(join(mountPoint, 'New'));
    await writeFile(join(mountPoint, 'New/written.bin'), syntheticBytes('new', 0, 300_000));
    await expect
      .poll(() => whole.bridge.account.library.entryAt('/New/written.bin'), { timeout: 20_000 })
      .toMatchObject({ size: 300_000 });
    await rm(film);
    expect(whole.bridge.account.library.entryAt('/Films/Été 1.mkv')).toBeNull();
    expect((await stat(join(mountPoint, 'New/written.bin'))).size).toBe(300_000);
  } finally {
    await run('umount', mountPoint);
  }
});
