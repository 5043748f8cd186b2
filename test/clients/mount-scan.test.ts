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
const FILES = 2000;
const FILES_EACH = 100;
/**
 * `npm run scan` starts one ffprobe for each file, which takes most of the ten minutes that it lasts. Otherwise FFmpeg opens and
 * probes a hundred files in one process, as Plex's scanner does. What processes say at the same time would mix, so each is counted
 * by itself.
 */
const COUNTED = `2>&1 | grep -c "Duration: 00:00:20"`;
const PROBES: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: ['xargs -0 -n 200 -P 2 sh -c', `'ffmpeg -hide_banner "$@" -t 0 -f null - ${COUNTED}'`, 'sh'],
  ffprobe: ['xargs -0 -n 2 -P 4 sh -c', `'ffprobe -hide_banner "$@" ${COUNTED}'`, 'sh'],
};
const PROBE = process.env['SCAN_PROBE'] ?? 'ffmpeg';

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

/** `find`, and a look into each file it finds; gives the number of files whose duration was told. */
async function scan(): Promise<number> {
  const find = ['find', `'${join(directory, 'library')}'`, '-type', 'f', '-printf', `'-i\\0%p\\0'`];
  const probe = PROBES[PROBE] ?? [];
  const { code, stdout, stderr } = await runProgram('sh', ['-c', [...find, '|', ...probe].join(' ')]);
  expect(code, stderr).toBe(0);
  const counts = stdout.toString('utf8').trim().split('\n').map(Number);
  return counts.reduce((sum, count) => sum + count, 0);
}

test(
  `scanning ${FILES} mounted files costs at most one link each the first time, and neither links nor bytes the second`,
  { timeout: 5_400_000 },
  async ({ annotate }) => {
    const { emulator } = whole;
    for (const [time, most] of [
      ['first', FILES],
      ['second', 0],
    ] as const) {
      emulator.resetCounts();
      const begun = performance.now();
      expect(await scan()).toBe(FILES);
      const { api, storageRequests } = emulator.counts();
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      await annotate(`${time} scan by ${PROBE}: ${seconds} s, ${api['get_token'] ?? 0} links`);
      expect(api['get_token'] ?? 0).toBeLessThanOrEqual(most);
      expect(storageRequests).toBeLessThanOrEqual(most);
    }
  },
);
