import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileContent, syntheticContent } from '../../src/emulator/content.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { runProgram } from '../support/program.ts';
import { freePort } from '../support/free-port.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const ROOT = join(import.meta.dirname, '../..');
const EPISODE = join(ROOT, 'src/emulator/media/episode.mkv');
const SIZE = 8 * 1024 * 1024 + 77;
const EPISODES = 20;

let whole: WholeBridge;
let directory: string;
let mountPoint: string;
let mounting: ChildProcess | null = null;
let said = '';

beforeEach(async () => {
  expect(
    existsSync('/dev/fuse'),
    'mounting cannot be tested here: this machine gives no FUSE (/dev/fuse)',
  ).toBe(true);
  directory = await mkdtemp(join(tmpdir(), 'mount-test-'));
  mountPoint = join(directory, 'library');
  whole = await startWholeBridge(
    (account) => {
      account.addFile(0, 'film.bin', syntheticContent('film', SIZE));
      const season = account.addFolder(account.addFolder(0, 'Shows'), 'Season 01');
      for (let index = 1; index <= EPISODES; index += 1) {
        account.addFile(season, `Show: S01E${index}?.mkv`, fileContent(EPISODE));
      }
    },
    { env: { BRIDGE_PORT: String(await freePort()) } },
  );
});

afterEach(async () => {
  await stopMounting();
  await whole.close();
  await rm(directory, { recursive: true, force: true });
});

function startMounting(env: Readonly<Record<string, string>> = {}): ChildProcess {
  const args = [
    '--import',
    'tsx',
    join(ROOT, 'src/main.ts'),
    'mount',
    mountPoint,
    '--url',
    whole.bridge.address,
  ];
  const environment = { ...process.env, BRIDGE_DATA_DIR: join(directory, 'data'), ...env };
  mounting = spawn(process.execPath, args, {
    env: environment,
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  said = '';
  mounting.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  return mounting;
}

async function mount(): Promise<void> {
  startMounting();
  await expect.poll(() => said, { timeout: 30_000, message: 'rclone did not mount' }).toContain('mounted at');
}

async function stopMounting(): Promise<number | null> {
  const child = mounting;
  mounting = null;
  if (child === null) return null;
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  return child.exitCode;
}

async function isMounted(): Promise<boolean> {
  return (await readFile('/proc/mounts', 'utf8')).includes(mountPoint);
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args);
  expect(code, `${command} ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout.toString('utf8');
}

async function scan(): Promise<void> {
  const found = (await run('find', mountPoint, '-name', '*.mkv', '-size', '+0')).trim().split('\n');
  expect(found).toHaveLength(EPISODES);
  for (const path of found) {
    expect(await run('ffprobe', '-v', 'error', '-show_entries', 'format=duration', path)).toContain(
      'duration=',
    );
  }
}

test(
  'a scan of the mount costs at most one link a file the first time, and nothing the second',
  { timeout: 120_000 },
  async () => {
    await mount();
    whole.emulator.resetCounts();
    await scan();
    expect(whole.emulator.counts().api['get_token']).toBeLessThanOrEqual(EPISODES);
    whole.emulator.resetCounts();
    await scan();
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  },
);

/** `dd` reads in a process of its own: this one serves the bytes. */
async function readAtRandom(times: number, random: () => number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const skip = Math.floor(random() * (SIZE - 100_000));
    const count = 1 + Math.floor(random() * 100_000);
    const flags = 'iflag=skip_bytes,count_bytes';
    const input = `if=${join(mountPoint, 'film.bin')}`;
    const { code, stdout, stderr } = await runProgram('dd', [
      input,
      `skip=${skip}`,
      `count=${count}`,
      flags,
      'bs=64K',
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout.equals(syntheticBytes('film', skip, skip + count))).toBe(true);
  }
}

test(
  'reads at random places are exact, and go on after a restart of the bridge',
  { timeout: 90_000 },
  async () => {
    await mount();
    const random = seededRandom(5);
    await readAtRandom(20, random);
    whole = await whole.restart();
    await readAtRandom(20, random);
    expect(mounting?.exitCode).toBeNull();
  },
);

test('the mount is read-only, and gone once the command has ended', { timeout: 60_000 }, async () => {
  await mount();
  expect((await runProgram('touch', [join(mountPoint, 'new')])).stderr).toMatch(/read-only/i);
  expect(await isMounted()).toBe(true);
  expect(await stopMounting()).toBe(0);
  expect(await isMounted()).toBe(false);
});

test('a killed rclone is started again', { timeout: 60_000 }, async () => {
  await mount();
  said = '';
  const pid = (await run('pgrep', '-P', String(mounting?.pid), 'rclone')).trim();
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => said, { timeout: 30_000 }).toContain('mounted at');
  expect(await run('ls', mountPoint)).toContain('film.bin');
});

test('a missing rclone is said, with what helps', async () => {
  const child = startMounting({ BRIDGE_RCLONE: '/nowhere/rclone' });
  await new Promise((resolve) => child.once('close', resolve));
  expect(child.exitCode).not.toBe(0);
  expect(said).toContain('/nowhere/rclone cannot be run');
  expect(said).toContain('Install rclone');
});

test('a bridge that does not answer yet is said, and waited for', { timeout: 60_000 }, async () => {
  const { address } = whole.bridge;
  await whole.bridge.close();
  await mount();
  expect(said).toContain(`the bridge at ${address} does not answer; the mount shows no files until it does`);
});

test('a bridge that asks for a token is not mounted without it', { timeout: 60_000 }, async () => {
  await whole.close();
  const env = { BRIDGE_PORT: String(await freePort()), BRIDGE_TOKEN: 'a-token-of-many-letters' };
  whole = await startWholeBridge(() => undefined, { env });
  const child = startMounting();
  await new Promise((resolve) => child.once('close', resolve));
  expect(child.exitCode).not.toBe(0);
  expect(said).toContain('says: a token is needed');
  expect(said).toContain('Set BRIDGE_TOKEN');
  expect(await isMounted()).toBe(false);
});
