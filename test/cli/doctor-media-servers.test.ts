import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkMediaServers } from '../../src/cli/doctor/media-servers.ts';
import { loadSettings } from '../../src/config/load.ts';
import {
  emulatedEmby,
  emulatedJellyfin,
  emulatedKodi,
  emulatedPlex,
  emulatedServer,
  type EmulatedServer,
} from '../notify/emulated-servers.ts';

let servers: EmulatedServer[];

beforeEach(() => {
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

async function started(server: Promise<EmulatedServer>): Promise<string> {
  const emulated = await server;
  servers.push(emulated);
  return emulated.url;
}

function examine(env: Record<string, string>): ReturnType<typeof checkMediaServers> {
  return checkMediaServers(loadSettings({ env: { BRIDGE_STRM_DIR: '/data/strm', ...env }, flags: {} }));
}

test('servers that answer, take their keys and have a library on the directory pass', async () => {
  const hook = emulatedServer(() => ({ status: 204 }));
  const findings = await examine({
    BRIDGE_JELLYFIN_URL: await started(
      emulatedJellyfin('j-key', ['/media/strm/Movies', '/media/strm/Shows']),
    ),
    BRIDGE_JELLYFIN_KEY: 'j-key',
    BRIDGE_EMBY_URL: await started(emulatedEmby('e-key', ['/data/strm'])),
    BRIDGE_EMBY_KEY: 'e-key',
    BRIDGE_PLEX_URL: await started(emulatedPlex('p-token', { '1': ['/plex'] })),
    BRIDGE_PLEX_TOKEN: 'p-token',
    BRIDGE_KODI_URL: await started(emulatedKodi('kodi', 'k-pass')),
    BRIDGE_KODI_USER: 'kodi',
    BRIDGE_KODI_PASSWORD: 'k-pass',
    BRIDGE_WEBHOOK_URL: await started(hook),
    BRIDGE_WEBHOOK_SECRET: 'shared',
    BRIDGE_NOTIFY_PATHS: 'jellyfin:/data/strm=/media/strm,plex:/data/strm=/plex/strm',
  });
  expect(findings.map(({ check, state, detail }) => [check, state, detail])).toEqual([
    ['Jellyfin', 'ok', 'Jellyfin 10.10.3 "Salon"'],
    ['Jellyfin paths', 'ok', '/data/strm (there /media/strm)'],
    ['Emby', 'ok', 'Emby 10.10.3 "Salon"'],
    ['Emby paths', 'ok', '/data/strm'],
    ['Plex', 'ok', 'Plex 1.41.2'],
    ['Plex paths', 'ok', '/data/strm (there /plex/strm)'],
    ['Kodi', 'ok', 'Kodi 21.1'],
    ['Kodi paths', 'ok', '/data/strm, not compared: Kodi does not tell'],
    ['Webhook', 'ok', 'took a signed ping'],
  ]);
  expect((await hook).requests[0]?.headers['x-bridge-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
});

test('a directory that no library has is a warning that offers the mapping', async () => {
  const findings = await examine({
    BRIDGE_JELLYFIN_URL: await started(emulatedJellyfin('j-key', ['/media/photos', '/media/strm'])),
    BRIDGE_JELLYFIN_KEY: 'j-key',
  });
  expect(findings[1]).toEqual({
    check: 'Jellyfin paths',
    state: 'warning',
    detail: 'no library of Jellyfin is at /data/strm: it has /media/photos, /media/strm',
    advice:
      'Add that folder to a library of Jellyfin, or say where it sees it: BRIDGE_NOTIFY_PATHS=jellyfin:/data/strm=/media/strm',
  });
});

test('a refused key and a server that is away are failures, each with what to do', async () => {
  const away = await emulatedServer(() => ({ status: 200 }));
  await away.close();
  const findings = await examine({
    BRIDGE_PLEX_URL: await started(emulatedPlex('p-token')),
    BRIDGE_PLEX_TOKEN: 'mistyped',
    BRIDGE_KODI_URL: away.url,
  });
  expect(findings).toEqual([
    {
      check: 'Plex',
      state: 'failure',
      detail: `Plex at ${servers[0]?.url ?? ''} does not accept the key (401)`,
      advice: 'Make a new key in Plex and set BRIDGE_PLEX_TOKEN.',
    },
    {
      check: 'Kodi',
      state: 'failure',
      detail: `Kodi at ${away.url} does not answer (ECONNREFUSED)`,
      advice: expect.stringContaining('Check that the media server runs') as string,
    },
  ]);
});

test('a server without its key fails by the name of the setting', async () => {
  expect(await examine({ BRIDGE_EMBY_URL: 'http://127.0.0.1:8096' })).toMatchObject([
    {
      check: 'media servers',
      state: 'failure',
      detail: 'BRIDGE_EMBY_URL is set, but BRIDGE_EMBY_KEY is not',
    },
  ]);
});

test('servers without a directory of .strm files are a warning, and no servers are nothing', async () => {
  const url = await started(emulatedJellyfin('j-key'));
  const env = { BRIDGE_JELLYFIN_URL: url, BRIDGE_JELLYFIN_KEY: 'j-key' };
  expect((await checkMediaServers(loadSettings({ env, flags: {} })))[0]).toMatchObject({
    state: 'warning',
    advice: 'Set BRIDGE_STRM_DIR to the directory to fill.',
  });
  expect(await examine({})).toEqual([]);
});
