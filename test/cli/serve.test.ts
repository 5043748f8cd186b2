import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { accountSettings } from '../support/account-settings.ts';
import { Workplace } from './bridge-process.ts';

const SIZE = 3_000_000;

let workplace: Workplace;
let emulator: Emulator;
let settings: Record<string, string>;

beforeEach(async () => {
  workplace = new Workplace();
  emulator = await startEmulator();
  const films = emulator.account.addFolder(0, 'Films');
  emulator.account.addFile(films, 'long.mkv', syntheticContent('long', SIZE));
  settings = {
    ...accountSettings(emulator),
    FICHIER_CALLS_PER_SECOND: '3',
    BRIDGE_PORT: '0',
  };
});

afterEach(async () => {
  await workplace.clear();
  await emulator.close();
});

const FILM = '/library/Films/long.mkv';

test('a film of one’s own account streams byte for byte, and the key is in no log line', async () => {
  const bridge = workplace.start(['serve'], { ...settings, BRIDGE_LOG_LEVEL: 'trace' });
  const address = await bridge.ready();
  const body = Buffer.from(await (await fetch(new URL(FILM, address))).arrayBuffer());
  expect(body.equals(syntheticBytes('long', 0, SIZE))).toBe(true);
  expect(emulator.counts().api['get_token']).toBe(1);
  expect(bridge.log).toContain('"serving"');
  expect(bridge.log).not.toContain(emulator.apiKey);
  expect(bridge.log).not.toMatch(/\/p\d{6}/);
}, 90_000);

test('FICHIER_ROOT by path mirrors that folder only', async () => {
  const bridge = workplace.start(['serve'], { ...settings, FICHIER_ROOT: '/Films' });
  expect((await fetch(new URL('/library/long.mkv', await bridge.ready()))).status).toBe(200);
}, 90_000);

test('a second bridge on the same data directory is refused with the process that holds it', async () => {
  const bridge = workplace.start(['serve'], settings);
  await bridge.ready();
  const second = await workplace.run(['serve'], settings);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`in use by process ${String(bridge.child.pid)}`);
  expect(second.stderr).toContain('BRIDGE_DATA_DIR');
}, 90_000);

test('commands work the same through the bridge that runs and without one', async () => {
  const alone = await workplace.run(['ls', '/Films', '--json'], settings);
  const linkAlone = await workplace.run(['link', '/Films/long.mkv'], settings);
  expect(linkAlone.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/p\d+\n$/);

  const bridge = workplace.start(['serve'], settings);
  await bridge.ready();
  const through = await workplace.run(['ls', '/Films', '--json'], settings);
  expect(through).toEqual(alone);
  expect(JSON.parse(through.stdout)).toMatchObject({ kind: 'file', name: 'long.mkv', size: SIZE });
  expect((await workplace.run(['link', '/Films/long.mkv'], settings)).stdout).toBe(linkAlone.stdout);
  const missing = await workplace.run(['link', '/Films/none.mkv'], settings);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toContain('no such file');
}, 120_000);

test('refresh reads a folder again and says how many it read', async () => {
  const { code, stdout } = await workplace.run(['refresh', '/', '--recursive', '--json'], settings);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ path: '/', foldersRead: 2 });
}, 90_000);

test('refresh through the bridge that runs works at once after its crawl, and says when a lock ends', async () => {
  const bridge = workplace.start(['serve'], settings);
  await bridge.ready();
  emulator.account.addFile(0, 'new.mkv', syntheticContent('new', 1000));
  const refreshed = await workplace.run(['refresh', '/', '--json'], settings);
  expect(refreshed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(refreshed.stdout)).toEqual({ path: '/', foldersRead: 1 });
  expect((await workplace.run(['ls', '/'], settings)).stdout).toContain('new.mkv');

  emulator.lockApi(600);
  const locked = await workplace.run(['refresh', '/Films'], settings);
  expect(locked.code).toBe(1);
  expect(locked.stderr).toMatch(/Try again after \d/);
}, 150_000);

test('on SIGTERM a stream under way is let end, then the process does', async () => {
  emulator.quirks.connectionBytesPerSecond = 1_000_000;
  const bridge = workplace.start(['serve'], { ...settings, BRIDGE_DRAIN_TIME: '60s' });
  const answer = await fetch(new URL(FILM, await bridge.ready()));
  bridge.child.kill('SIGTERM');
  await bridge.logged('stopping');
  const body = Buffer.from(await answer.arrayBuffer());
  expect(body.equals(syntheticBytes('long', 0, SIZE))).toBe(true);
  expect(await bridge.ended).toMatchObject({ code: 0, signal: null });
}, 120_000);

test('a second signal stops at once, whatever still streams', async () => {
  emulator.quirks.connectionBytesPerSecond = 1_000;
  const bridge = workplace.start(['serve'], { ...settings, BRIDGE_DRAIN_TIME: '10m' });
  const answer = await fetch(new URL(FILM, await bridge.ready()));
  bridge.child.kill('SIGTERM');
  await bridge.logged('stopping');
  const again = setInterval(() => bridge.child.kill('SIGTERM'), 200);
  expect((await bridge.ended).code).toBe(143);
  clearInterval(again);
  await expect(answer.arrayBuffer()).rejects.toThrow();
}, 120_000);

test('listening beyond this machine is refused without a token, and allowed with one or by explicit word', async () => {
  const refused = await workplace.run(['serve', '--host', '0.0.0.0'], settings);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('BRIDGE_TOKEN');
  const trusted = workplace.start(['serve', '--host', '0.0.0.0', '--insecure-listen', 'true'], settings);
  expect((await fetch(new URL('/healthz', await trusted.address()))).status).toBe(200);
  trusted.child.kill('SIGTERM');
  await trusted.ended;
  const guarded = workplace.start(['serve', '--host', '0.0.0.0'], {
    ...settings,
    BRIDGE_TOKEN: 'open-sesame',
  });
  const library = new URL('/library/', await guarded.address());
  expect((await fetch(library)).status).toBe(401);
  expect((await fetch(library, { headers: { authorization: 'Bearer open-sesame' } })).status).toBe(200);
}, 120_000);

test('a port in use is said plainly', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await workplace.run(['serve', '--port', String(port)], settings);
  other.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
}, 60_000);

test('a data directory that cannot be made is said plainly', async () => {
  const { code, stderr } = await workplace.run(['serve'], { ...settings, BRIDGE_DATA_DIR: '/dev/null/x' });
  expect(code).toBe(2);
  expect(stderr).toContain('data directory /dev/null/x');
}, 60_000);
