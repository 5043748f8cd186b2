import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const ROOT = join(import.meta.dirname, '../..');
const SONG = join(ROOT, 'src/emulator/media/song.mp3');
/** `npm run scan` scans 2,000, which takes some ten minutes of two processors: each file is probed twice. */
const FILES = Number(process.env['SCAN_FILES'] ?? '100');
const FILES_EACH = 100;
/** As media servers do: more than one at a time. */
const PROBES_AT_A_TIME = 4;

let whole: WholeBridge;
let directory: string;
let mounting: ChildProcess;

beforeEach(async () => {
  const missing = 'mounting cannot be tested here: this machine gives no FUSE (/dev/fuse)';
  expect(existsSync('/dev/fuse'), missing).toBe(true);
  directory = await mkdtemp(join(tmpdir(), 'mount-scan-'));
  whole = await startWholeBridge((account) => {
    // One content for all: each file is one of its own to 1fichier, and to the bridge.
    const content = fileContent(SONG);
    let album = 0;
    for (let file = 0; file < FILES; file += 1) {
      if (file % FILES_EACH === 0) album = account.addFolder(0, `Album ${1 + file / FILES_EACH}`);
      account.addFile(album, `Track ${file}.mp3`, content);
    }
  });
  mounting = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', 'mount', join(directory, 'library'), '--url', whole.bridge.address],
    {
      env: { ...process.env, BRIDGE_DATA_DIR: join(directory, 'data') },
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  mounting.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  await expect.poll(() => said, { timeout: 60_000, message: 'rclone did not mount' }).toContain('mounted at');
}, 120_000);

afterEach(async () => {
  const ended = new Promise((resolve) => mounting.once('close', resolve));
  mounting.kill('SIGTERM');
  await ended;
  await whole.close();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

/** `find`, and one ffprobe for each file it finds; counts the files whose duration was told. */
async function scan(): Promise<number> {
  const probe = ['ffprobe', '-v', 'error', '-show_entries', 'format=duration'];
  const files = ['find', `'${join(directory, 'library')}'`, '-type', 'f', '-print0'];
  const each = ['xargs', '-0', '-n', '1', '-P', String(PROBES_AT_A_TIME), ...probe];
  const { code, stdout, stderr } = await runProgram('sh', ['-c', `${files.join(' ')} | ${each.join(' ')}`]);
  expect(code, stderr).toBe(0);
  return stdout.toString('utf8').split('duration=').length - 1;
}

test(
  `scanning ${FILES} mounted files costs at most one link each the first time, and 1fichier nothing the second`,
  { timeout: 1_800_000 },
  async () => {
    const { emulator } = whole;
    emulator.resetCounts();
    expect(await scan()).toBe(FILES);
    expect(emulator.counts().api['get_token']).toBeLessThanOrEqual(FILES);
    emulator.resetCounts();
    expect(await scan()).toBe(FILES);
    expect(emulator.counts()).toMatchObject({ api: {}, storageRequests: 0 });
  },
);
