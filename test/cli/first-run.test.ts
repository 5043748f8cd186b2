import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { Workplace } from './bridge-process.ts';

let workplace: Workplace;
let emulator: Emulator;
let settings: Record<string, string>;

beforeEach(async () => {
  workplace = new Workplace();
  emulator = await startEmulator();
  emulator.account.addFile(0, 'mine.mkv', syntheticContent('mine', 1000));
  settings = { FICHIER_API_URL: emulator.apiUrl, BRIDGE_PORT: '0' };
});

afterEach(async () => {
  await workplace.clear();
  await emulator.close();
});

function give(address: string, key: string): Promise<Response> {
  return fetch(`${address}api/v1/first-run/key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
}

async function keyNeeded(address: string): Promise<boolean> {
  const { keyNeeded: isNeeded } = (await (await fetch(`${address}api/v1/first-run`)).json()) as {
    keyNeeded: boolean;
  };
  return isNeeded;
}

test('a bridge without a key takes one from its page, keeps it to its owner, and goes on with that account', async () => {
  const bridge = workplace.start(['serve'], { ...settings, BRIDGE_LOG_LEVEL: 'trace' });
  const address = await bridge.ready();
  expect(await keyNeeded(address)).toBe(true);
  expect((await fetch(new URL('/library/mine.mkv', address))).status).toBe(404);

  const answer = await give(address, ` ${emulator.apiKey}\n`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ offer: expect.any(String) as string });
  await bridge.printed('Your library');
  await bridge.ready();
  expect(await keyNeeded(address)).toBe(false);
  expect((await fetch(new URL('/library/mine.mkv', address))).status).toBe(200);
  expect(bridge.log).not.toContain(emulator.apiKey);

  const file = join(workplace.dataDir, 'api-key');
  expect(readFileSync(file, 'utf8')).toBe(`${emulator.apiKey}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await bridge.stop();
  const again = workplace.start(['serve'], settings);
  expect(await keyNeeded(await again.ready())).toBe(false);
}, 120_000);

test('a key that 1fichier does not know is not stored, and the demo library stays', async () => {
  const bridge = workplace.start(['serve'], settings);
  const address = await bridge.ready();
  const refused = await give(address, 'not-a-key');
  expect(refused.status).toBe(502);
  expect(await refused.json()).toMatchObject({ error: 'api-key-invalid' });
  expect(existsSync(join(workplace.dataDir, 'api-key'))).toBe(false);

  const atOnce = await give(address, 'another');
  expect(atOnce.status).toBe(429);
  expect(Number(atOnce.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(emulator.counts().api['user/info']).toBe(1);
  expect(await keyNeeded(address)).toBe(true);
}, 90_000);

test('the demo that was asked for takes no key', async () => {
  const bridge = workplace.start(['demo'], settings);
  const address = await bridge.ready();
  expect(await keyNeeded(address)).toBe(false);
  expect((await give(address, emulator.apiKey)).status).toBe(404);
}, 90_000);
