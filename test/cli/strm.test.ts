import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EmulatedAccount } from '../../src/emulator/account.ts';
import { fileContent } from '../../src/emulator/content.ts';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { accountSettings } from '../support/account-settings.ts';
import { Workplace } from './bridge-process.ts';

let workplace: Workplace;
let emulator: Emulator | undefined;

beforeEach(() => {
  workplace = new Workplace();
});

afterEach(async () => {
  await workplace.clear();
  await emulator?.close();
  emulator = undefined;
});

function linesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('strm sync works through a running bridge: a plan first, then the files, then nothing more to do', async () => {
  const root = join(workplace.dataDir, 'strm');
  const account = new EmulatedAccount();
  account.addFile(
    account.addFolder(0, 'Movies'),
    'Film (2020).mkv',
    fileContent('src/emulator/media/film.mkv'),
  );
  emulator = await startEmulator({ account });
  const settings = {
    ...accountSettings(emulator),
    BRIDGE_STRM_DIR: root,
    BRIDGE_PUBLIC_URL: 'http://bridge.test:8787',
  };
  const bridge = workplace.start(['serve', '--port', '0'], settings);
  await bridge.ready();

  const plan = await workplace.run(['strm', 'sync', '--dry-run', '--json'], settings);
  expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: '' });
  const planned = linesOf(plan.stdout);
  expect(planned.at(-1)).toMatchObject({ directory: root, problem: null, report: { dryRun: true } });

  const { code, stdout, stderr } = await workplace.run(['strm', 'sync'], settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`${root}: `);
  const films = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.strm'),
  );
  expect(films).toEqual(['Movies/Film (2020).strm']);
  expect(readFileSync(join(root, films[0] ?? ''), 'utf8')).toMatch(/^http:\/\/bridge\.test:8787\/stream\//);

  const again = linesOf((await workplace.run(['strm', 'sync', '--full', '--json'], settings)).stdout);
  expect(again.at(-1)).toMatchObject({
    report: { done: { create: 0, update: 0, rename: 0, remove: 0 }, leftCount: 0 },
  });

  bridge.child.kill('SIGTERM');
  expect((await bridge.ended).code).toBe(0);
}, 180_000);

test('strm sync of a library that was never read says so, and works once it has been', async () => {
  const account = new EmulatedAccount();
  account.addFile(account.addFolder(0, 'Movies'), 'Film.mkv', fileContent('src/emulator/media/film.mkv'));
  emulator = await startEmulator({ account });
  const root = join(workplace.dataDir, 'strm');
  const settings = { ...accountSettings(emulator), BRIDGE_STRM_DIR: root };
  const unread = await workplace.run(['strm', 'sync'], settings);
  expect(unread.code).toBe(3);
  expect(unread.stderr).toContain('1 folder has not been read yet: run fichier-bridge refresh --recursive');
  expect((await workplace.run(['refresh', '--recursive'], settings)).code).toBe(0);
  const { code, stdout, stderr } = await workplace.run(['strm', 'sync'], settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('1 created');
  expect(readdirSync(join(root, 'Movies'))).toEqual(['Film.strm']);

  const unchanged = await workplace.run(['strm', 'sync'], settings);
  expect(unchanged.stdout).toContain(`${root}: nothing has changed, in `);
  writeFileSync(join(root, 'Movies/Film.strm'), 'mine');
  const compared = await workplace.run(['strm', 'sync', '--full'], settings);
  expect(compared.code).toBe(0);
  expect(compared.stdout).toContain('~ Movies/Film.strm (left: it was changed by hand)');
  expect(compared.stdout).toContain('1 left alone');
  expect(readFileSync(join(root, 'Movies/Film.strm'), 'utf8')).toBe('mine');
}, 120_000);

test('strm sync says what is missing when no directory is set', async () => {
  const { code, stderr } = await workplace.run(['strm', 'sync'], {
    FICHIER_API_KEY: 'key',
    FICHIER_API_URL: 'http://127.0.0.1:9/v1',
  });
  expect(code).toBe(2);
  expect(stderr).toContain('BRIDGE_STRM_DIR');
}, 60_000);
