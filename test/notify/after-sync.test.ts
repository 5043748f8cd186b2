import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { openNotifier } from '../../src/app/media-servers.ts';
import { Teardown } from '../../src/app/teardown.ts';
import { systemClock } from '../../src/clock.ts';
import { loadSettings } from '../../src/config/load.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { get, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { emulatedJellyfin, emulatedPlex, type EmulatedServer } from './emulated-servers.ts';

const KEY = 'jellyfin-key-of-the-test';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function syncStrm(whole: WholeBridge): Promise<void> {
  const answer = await whole.pool.request({
    method: 'POST',
    path: '/api/v1/strm/sync',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.statusCode).toBe(200);
  await answer.body.text();
}

async function bridgeBefore(jellyfin: EmulatedServer, plex: EmulatedServer): Promise<[WholeBridge, string]> {
  const directory = mkdtempSync(join(tmpdir(), 'notify-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const whole = await startWholeBridge(
    (account) => {
      const films = account.addFolder(0, 'Films');
      account.addFile(films, 'Heat.1995.1080p.mkv', syntheticContent('heat', 1000));
      account.addFile(films, 'Dark.S01E02.mkv', syntheticContent('dark', 1000));
    },
    {
      env: {
        BRIDGE_PUBLIC_URL: 'http://bridge.test:8787',
        BRIDGE_STRM_DIR: directory,
        BRIDGE_STRM_LAYOUT: 'organised',
        BRIDGE_JELLYFIN_URL: jellyfin.url,
        BRIDGE_JELLYFIN_KEY: KEY,
        BRIDGE_PLEX_URL: plex.url,
        BRIDGE_PLEX_TOKEN: 'plex-token-of-the-test',
        BRIDGE_NOTIFY_PATHS: `${directory}=/media/strm,plex:${directory}=/plex/strm`,
        BRIDGE_NOTIFY_DELAY: '50ms',
      },
    },
  );
  closers.push(() => whole.close());
  return [whole, directory];
}

it('tells each server after a sync, by the paths it knows, and shows how that went', async () => {
  const jellyfin = await emulatedJellyfin(KEY);
  const plex = await emulatedPlex('another token', { '1': ['/plex/strm/Movies'] });
  closers.push(
    () => jellyfin.close(),
    () => plex.close(),
  );
  const [whole] = await bridgeBefore(jellyfin, plex);
  await syncStrm(whole);

  await expect.poll(() => jellyfin.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(jellyfin.requests[0]?.body).toEqual({
    Updates: expect.arrayContaining([
      { Path: '/media/strm/Movies/Heat (1995)/Heat (1995) - 1080p.strm', UpdateType: 'Created' },
      { Path: '/media/strm/Shows/Dark/Season 01/Dark S01E02.strm', UpdateType: 'Created' },
    ]) as unknown,
  });
  await expect.poll(() => plex.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);

  const status = async (): Promise<unknown> =>
    JSON.parse((await get(whole, '/api/v1/notify')).body.toString());
  await expect.poll(status, { timeout: 10_000 }).toEqual({
    servers: [
      {
        server: 'Jellyfin',
        lastSuccess: expect.any(String) as string,
        lastError: null,
        queued: 0,
        nextTry: null,
      },
      {
        server: 'Plex',
        lastSuccess: null,
        lastError: {
          at: expect.any(String) as string,
          message: expect.stringMatching(/^Plex at .* does not accept the key \(401\)$/) as string,
          hint: 'Make a new key in Plex and set BRIDGE_PLEX_TOKEN.',
        },
        queued: 0,
        nextTry: null,
      },
    ],
  });
  expect(whole.logged.join('')).not.toMatch(/jellyfin-key-of-the-test|plex-token-of-the-test/);
});

it('tells what waits when the bridge stops', async () => {
  const jellyfin = await emulatedJellyfin(KEY);
  const plex = await emulatedPlex('plex-token-of-the-test', { '1': ['/plex'] });
  closers.push(
    () => jellyfin.close(),
    () => plex.close(),
  );
  const [whole] = await bridgeBefore(jellyfin, plex);
  await syncStrm(whole);
  await whole.bridge.close();
  expect(jellyfin.requests.length).toBeGreaterThan(0);
  expect(plex.requests.some(({ path }) => path === '/library/sections/1/refresh')).toBe(true);
});

it('does not start with a server whose key is missing', () => {
  const settings = loadSettings({ env: { BRIDGE_JELLYFIN_URL: 'http://127.0.0.1:8096' }, flags: {} });
  const surroundings = {
    clock: systemClock,
    random: Math.random,
    logger: pino({ level: 'silent' }),
    version: '',
  };
  const teardown = new Teardown();
  closers.push(() => teardown.close());
  expect(() => openNotifier(settings, surroundings, teardown)).toThrow(
    expect.objectContaining({
      kind: 'config-invalid',
      message: 'BRIDGE_JELLYFIN_URL is set, but BRIDGE_JELLYFIN_KEY is not',
    }),
  );
});

it('reads mappings of paths from the environment', () => {
  const { notifyPaths } = loadSettings({ env: { BRIDGE_NOTIFY_PATHS: '/a=/b, plex:/a=/c' }, flags: {} });
  expect(notifyPaths).toEqual([
    { server: null, from: '/a', to: '/b' },
    { server: 'plex', from: '/a', to: '/c' },
  ]);
});
