import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { accountSettings } from '../support/account-settings.ts';
import { Workplace } from './bridge-process.ts';

const SIZE = 64_000_000;

let workplace: Workplace;
let emulator: Emulator;
let local: string;
let settings: Record<string, string>;

beforeEach(async () => {
  workplace = new Workplace();
  emulator = await startEmulator();
  local = mkdtempSync(join(tmpdir(), 'upload-crash-'));
  writeFileSync(join(local, 'a.mkv'), 'first');
  writeFileSync(join(local, 'b.mkv'), Buffer.alloc(SIZE, 'b'));
  settings = {
    ...accountSettings(emulator),
    FICHIER_CALLS_PER_SECOND: '3',
    BRIDGE_PORT: '0',
  };
});

afterEach(async () => {
  await workplace.clear();
  await emulator.close();
  rmSync(local, { recursive: true, force: true });
});

const names = (): string[] => emulator.account.files(0).map(({ name }) => name);
const uploads = (): number => emulator.counts().uploadNode['upload.cgi'] ?? 0;

/** Resolves when the second file is on its way. */
async function secondFileBegun(): Promise<void> {
  await expect.poll(uploads, { timeout: 60_000, interval: 5 }).toBe(2);
}

test('an upload killed in the middle shows nothing of the file it was at, and goes on when run again', async () => {
  const order = ['upload', join(local, 'a.mkv'), join(local, 'b.mkv')];
  const command = workplace.start(order, settings);
  await secondFileBegun();
  command.child.kill('SIGKILL');
  await command.ended;
  expect(names()).toEqual(['a.mkv']);
  expect((await workplace.run(['ls'], settings)).stdout).toBe('a.mkv\n');
  const again = await workplace.run(order, settings);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('1 there already') as string });
  expect(names().sort()).toEqual(['a.mkv', 'b.mkv']);
}, 180_000);

test('a bridge killed in the middle of an upload through it shows nothing of the file, nor after its restart', async () => {
  const bridge = workplace.start(['serve'], settings);
  await bridge.ready();
  const command = workplace.start(['upload', join(local, 'a.mkv'), join(local, 'b.mkv'), '--json'], settings);
  await secondFileBegun();
  bridge.child.kill('SIGKILL');
  const { code, stderr } = await command.ended;
  expect(code).toBe(3);
  expect(stderr).toContain('does not answer');
  expect(names()).toEqual(['a.mkv']);
  const restarted = workplace.start(['serve'], settings);
  const listing = await (
    await fetch(new URL('/dav/', await restarted.ready()), { method: 'PROPFIND' })
  ).text();
  expect(listing).toContain('/dav/a.mkv');
  expect(listing).not.toContain('/dav/b.mkv');
}, 180_000);

test('Ctrl-C ends an upload in good order, with 130 and without what was under way', async () => {
  const command = workplace.start(['upload', join(local, 'a.mkv'), join(local, 'b.mkv')], settings);
  await secondFileBegun();
  command.child.kill('SIGINT');
  expect(await command.ended).toMatchObject({
    code: 130,
    signal: null,
    stdout: '1 sent (5 B), 1 not tried\n',
  });
  expect(names()).toEqual(['a.mkv']);
}, 180_000);
