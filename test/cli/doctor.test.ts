import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { accountSettings } from '../support/account-settings.ts';
import { Workplace, type Ended } from './bridge-process.ts';

const findings = z.array(
  z.object({ check: z.string(), state: z.string(), detail: z.string(), advice: z.string().nullable() }),
);

let workplace: Workplace;
let emulator: Emulator;
let settings: Record<string, string>;

beforeEach(async () => {
  workplace = new Workplace();
  emulator = await startEmulator();
  settings = { ...accountSettings(emulator), BRIDGE_PORT: '0' };
});

afterEach(async () => {
  await workplace.clear();
  await emulator.close();
});

function found(ended: Ended, check: string): z.infer<typeof findings>[number] | undefined {
  return findings.parse(JSON.parse(ended.stdout)).find((finding) => finding.check === check);
}

test('a sound installation passes every check, with the account and the clock compared', async () => {
  const ended = await workplace.run(['doctor', '--json'], settings);
  expect(ended.code).toBe(0);
  for (const check of ['data directory', 'port', 'API key', 'subscription', 'clock', 'ffmpeg', 'rclone']) {
    expect(found(ended, check), check).toMatchObject({ state: 'ok', advice: null });
  }
  expect(found(ended, 'clock')?.detail).toMatch(/^within \d+ s/);
}, 60_000);

test('a refused key fails, with what to do', async () => {
  const ended = await workplace.run(['doctor', '--json'], {
    ...settings,
    FICHIER_API_KEY: 'WrongWrongWrongWrongWrongWrong00',
  });
  expect(ended.code).toBe(1);
  expect(found(ended, 'API key')).toMatchObject({ state: 'failure' });
  expect(found(ended, 'API key')?.advice).toContain('FICHIER_API_KEY');
}, 60_000);

test('a free account fails: nothing could be streamed', async () => {
  emulator.quirks.offer = 0;
  const ended = await workplace.run(['doctor', '--json'], settings);
  expect(ended.code).toBe(1);
  expect(found(ended, 'subscription')).toMatchObject({ state: 'failure', detail: 'the account is free' });
}, 60_000);

test('a missing program, an open directory and a missing key are warnings with advice, not failures', async () => {
  chmodSync(workplace.dataDir, 0o755);
  const ended = await workplace.run(['doctor', '--json'], {
    BRIDGE_FFMPEG: 'no-such-ffmpeg',
    BRIDGE_PORT: '0',
  });
  expect(ended.code).toBe(0);
  expect(found(ended, 'ffmpeg')?.advice).toContain('BRIDGE_FFMPEG');
  expect(found(ended, 'data directory')?.advice).toContain('chmod 700');
  expect(found(ended, 'API key')?.advice).toContain('FICHIER_API_KEY_FILE');
}, 60_000);

test('a port that the running demo has is in order, and one that another program has is not', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const taken = await workplace.run(['doctor', '--json'], { ...settings, BRIDGE_PORT: String(port) });
  other.close();
  expect(found(taken, 'port')).toMatchObject({
    state: 'failure',
    detail: `port ${port} on 127.0.0.1 is in use`,
  });

  const demo = workplace.start(['demo', '--port', '0']);
  const address = await demo.address();
  const running = await workplace.run(['doctor', '--json'], { BRIDGE_PORT: new URL(address).port });
  expect(found(running, 'port')).toMatchObject({ state: 'ok', detail: `the bridge runs at ${address}` });
}, 90_000);

test('a 1fichier that cannot be reached is not taken for a bad key', async () => {
  await emulator.close();
  const ended = await workplace.run(['doctor', '--json'], settings);
  expect(ended.code).toBe(1);
  expect(found(ended, '1fichier')?.advice).toContain('network');
  expect(found(ended, 'API key')).toBeUndefined();
}, 90_000);

test('while a bridge runs the doctor asks it, and after a kill it asks 1fichier again', async () => {
  const bridge = workplace.start(['serve'], settings);
  await bridge.ready();
  const running = await workplace.run(['doctor', '--json'], settings);
  expect(found(running, 'bridge')).toMatchObject({ state: 'ok' });
  bridge.child.kill('SIGKILL');
  await bridge.ended;
  const alone = await workplace.run(['doctor', '--json'], settings);
  expect(alone.code).toBe(0);
  expect(found(alone, 'bridge')).toBeUndefined();
  expect(found(alone, 'API key')).toMatchObject({ state: 'ok' });
}, 90_000);
