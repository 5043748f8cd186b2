import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { Kodi, kodiHeaders } from '../../src/notify/kodi.ts';
import { embyHeaders, jellyfinHeaders, MediaBrowser } from '../../src/notify/media-browser.ts';
import type { PathChange } from '../../src/notify/notifier.ts';
import { Plex, plexHeaders } from '../../src/notify/plex.ts';
import { ServerConnection } from '../../src/notify/server-connection.ts';
import { Webhook } from '../../src/notify/webhook.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  emulatedEmby,
  emulatedJellyfin,
  emulatedKodi,
  emulatedPlex,
  emulatedServer,
  type EmulatedServer,
} from './emulated-servers.ts';

const KEY = 'k3y-0f-the-server';
const CHANGES: readonly PathChange[] = [
  { path: '/media/strm/Movies/Heat (1995)/Heat (1995).strm', kind: 'created' },
  { path: '/media/strm/Movies/Heat (1995)/Heat (1995).nfo', kind: 'modified' },
  { path: '/media/strm/Shows/Dark/Season 01/Dark S01E01.strm', kind: 'deleted' },
];

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function started(server: Promise<EmulatedServer>): Promise<EmulatedServer> {
  const emulated = await server;
  open.push(() => emulated.close());
  return emulated;
}

function connected(server: string, url: string, headers: Record<string, string> = {}): ServerConnection {
  const dispatcher = new Agent();
  open.push(() => dispatcher.destroy());
  const settings = { url: `BRIDGE_${server.toUpperCase()}_URL`, key: `BRIDGE_${server.toUpperCase()}_KEY` };
  return new ServerConnection({ server, url, headers, settings, dispatcher });
}

const { signal } = new AbortController();

describe('Jellyfin', () => {
  it('is told every path and what happened to it, with its own form of the key', async () => {
    const server = await started(emulatedJellyfin(KEY));
    await new MediaBrowser('Jellyfin', connected('Jellyfin', server.url, jellyfinHeaders(KEY))).tell(
      CHANGES,
      signal,
    );
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/Library/Media/Updated', query: {} });
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.headers.authorization).toBe(
      `MediaBrowser Client="fichier-bridge", Device="fichier-bridge", DeviceId="fichier-bridge", Token="${KEY}"`,
    );
    expect(request?.body).toEqual({
      Updates: [
        { Path: '/media/strm/Movies/Heat (1995)/Heat (1995).strm', UpdateType: 'Created' },
        { Path: '/media/strm/Movies/Heat (1995)/Heat (1995).nfo', UpdateType: 'Modified' },
        { Path: '/media/strm/Shows/Dark/Season 01/Dark S01E01.strm', UpdateType: 'Deleted' },
      ],
    });
  });

  it('says who it is and which folders its libraries have', async () => {
    const server = await started(emulatedJellyfin(KEY, ['/media/strm/Movies', '/media/strm/Shows']));
    const jellyfin = new MediaBrowser('Jellyfin', connected('Jellyfin', server.url, jellyfinHeaders(KEY)));
    expect(await jellyfin.greet(signal)).toEqual({
      description: 'Jellyfin 10.10.3 "Salon"',
      folders: ['/media/strm/Movies', '/media/strm/Shows'],
    });
  });

  it('keeps below the path of an address that has one', async () => {
    const server = await started(emulatedServer(() => ({ status: 204 })));
    const jellyfin = new MediaBrowser(
      'Jellyfin',
      connected('Jellyfin', `${server.url}/jellyfin`, jellyfinHeaders(KEY)),
    );
    await jellyfin.tell(CHANGES, signal);
    expect(server.requests[0]?.path).toBe('/jellyfin/Library/Media/Updated');
  });
});

describe('Emby', () => {
  it('is told by the same endpoint, with the key in a header of its own', async () => {
    const server = await started(emulatedEmby(KEY));
    await new MediaBrowser('Emby', connected('Emby', server.url, embyHeaders(KEY))).tell(CHANGES, signal);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/Library/Media/Updated',
      headers: { 'x-emby-token': KEY },
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('Plex', () => {
  const sections = { '1': ['/media/strm/Movies'], '2': ['/media/strm/Shows', '/media/other'] };

  it('is asked to scan each changed folder once, in the section that holds it', async () => {
    const server = await started(emulatedPlex(KEY, sections));
    await new Plex(connected('Plex', server.url, plexHeaders(KEY))).tell(CHANGES, signal);
    expect(server.requests.map(({ method, path, query }) => ({ method, path, query }))).toEqual([
      { method: 'GET', path: '/library/sections', query: {} },
      {
        method: 'GET',
        path: '/library/sections/1/refresh',
        query: { path: '/media/strm/Movies/Heat (1995)' },
      },
      {
        method: 'GET',
        path: '/library/sections/2/refresh',
        query: { path: '/media/strm/Shows/Dark/Season 01' },
      },
    ]);
    for (const { headers } of server.requests) {
      expect(headers['x-plex-token']).toBe(KEY);
      expect(headers.accept).toBe('application/json');
    }
  });

  it('scans whole sections when the folder above them changed', async () => {
    const server = await started(emulatedPlex(KEY, sections));
    await new Plex(connected('Plex', server.url, plexHeaders(KEY))).tell(
      [{ path: '/media/strm', kind: 'modified' }],
      signal,
    );
    expect(server.requests.slice(1).map(({ path, query }) => [path, query['path']])).toEqual([
      ['/library/sections/1/refresh', '/media/strm/Movies'],
      ['/library/sections/2/refresh', '/media/strm/Shows'],
    ]);
  });

  it('does not take a folder for another whose name begins the same, and says that none holds it', async () => {
    const server = await started(emulatedPlex(KEY, { '1': ['/media/strm/Mov'] }));
    const plex = new Plex(connected('Plex', server.url, plexHeaders(KEY)));
    await expect(plex.tell(CHANGES.slice(0, 1), signal)).rejects.toMatchObject({
      kind: 'server-refused',
      message: 'no library of Plex has the folder /media/strm/Movies/Heat (1995)',
      hint: expect.stringContaining('BRIDGE_NOTIFY_PATHS') as string,
    });
  });

  it('says who it is only when it takes the token', async () => {
    const server = await started(emulatedPlex(KEY, sections));
    const greeting = await new Plex(connected('Plex', server.url, plexHeaders(KEY))).greet(signal);
    expect(greeting).toEqual({
      description: 'Plex 1.41.2',
      folders: ['/media/strm/Movies', '/media/strm/Shows', '/media/other'],
    });
    const stranger = new Plex(connected('Plex', server.url, plexHeaders('wrong')));
    await expect(stranger.greet(signal)).rejects.toMatchObject({ kind: 'server-refused' });
  });
});

describe('Kodi', () => {
  it('scans the folder of a film and, of an episode, that of its show', async () => {
    const server = await started(emulatedKodi('kodi', 'secret'));
    const kodi = new Kodi(connected('Kodi', server.url, kodiHeaders('kodi', 'secret')));
    await kodi.tell(CHANGES, signal);
    expect(server.requests.map(({ body }) => body)).toEqual([
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'VideoLibrary.Scan',
        params: { directory: '/media/strm/Movies/Heat (1995)/', showdialogs: false },
      },
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'VideoLibrary.Scan',
        params: { directory: '/media/strm/Shows/Dark/', showdialogs: false },
      },
    ]);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/jsonrpc' });
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('kodi:secret')}`);
  });

  it('answers a ping with its version, or says that it does not take the password', async () => {
    const server = await started(emulatedKodi('kodi', 'secret'));
    const kodi = new Kodi(connected('Kodi', server.url, kodiHeaders('kodi', 'secret')));
    expect(await kodi.greet(signal)).toEqual({ description: 'Kodi 21.1', folders: null });
    const stranger = new Kodi(connected('Kodi', server.url, kodiHeaders('kodi', 'guess')));
    await expect(stranger.greet(signal)).rejects.toMatchObject({ kind: 'server-refused' });
  });

  it('passes on what Kodi says of a request that it refuses', async () => {
    const server = await started(emulatedKodi('kodi', ''));
    server.instead.push({
      status: 200,
      body: { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found.' } },
    });
    const kodi = new Kodi(connected('Kodi', server.url, kodiHeaders('kodi', null)));
    await expect(kodi.tell(CHANGES, signal)).rejects.toMatchObject({
      message: 'Kodi refused VideoLibrary.Scan: Method not found. (-32601)',
    });
  });
});

describe('a webhook', () => {
  it('gets every change with a signature over time and body, and a number of its own', async () => {
    const server = await started(emulatedServer(() => ({ status: 200, body: 'thanks' })));
    const clock = new FakeClock(1_700_000_000_900);
    const hook = new Webhook({
      connection: connected('Webhook', `${server.url}/hook`),
      secret: 'shared',
      clock,
    });
    await hook.tell(CHANGES, signal);
    await hook.greet(signal);
    const [told, ping] = server.requests;
    expect(told).toMatchObject({
      method: 'POST',
      path: '/hook',
      body: { event: 'library.changed', changes: CHANGES },
    });
    expect(ping?.body).toEqual({ event: 'ping' });
    expect(told?.headers['x-bridge-timestamp']).toBe('1700000000');
    const signed = `1700000000.${JSON.stringify(told?.body)}`;
    expect(told?.headers['x-bridge-signature']).toBe(
      `sha256=${createHmac('sha256', 'shared').update(signed).digest('hex')}`,
    );
    expect(told?.headers['x-bridge-delivery']).not.toBe(ping?.headers['x-bridge-delivery']);
  });
});

describe('a connection to a server', () => {
  it('follows no redirect, so that a key never reaches another host', async () => {
    const elsewhere = await started(emulatedServer(() => ({ status: 200, body: {} })));
    const location = `${elsewhere.url}/login?secret=1`;
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await started(emulatedServer(() => ({ status, headers: { location } })));
      const error = await failureOf(connected('Jellyfin', server.url, jellyfinHeaders(KEY)));
      expect(error).toMatchObject({ kind: 'server-refused', retryable: false });
      expect(error.message).toContain(new URL(elsewhere.url).origin);
      expect(error.message).not.toContain('secret');
    }
    expect(elsewhere.requests).toHaveLength(0);
  });

  it.each([
    [401, 'server-refused'],
    [403, 'server-refused'],
    [404, 'server-refused'],
    [429, 'server-unreachable'],
    [500, 'server-unreachable'],
    [503, 'server-unreachable'],
  ])('takes status %i for %s', async (status, kind) => {
    const server = await started(emulatedServer(() => ({ status, body: `<html>${KEY}</html>` })));
    const error = await failureOf(connected('Emby', server.url, embyHeaders(KEY)));
    expect(error.kind).toBe(kind);
    expect(JSON.stringify([error.message, error.hint])).not.toContain(KEY);
  });

  it('says that nobody answers, why, and where', async () => {
    const server = await emulatedServer(() => ({ status: 200 }));
    await server.close();
    expect(await failureOf(connected('Plex', `${server.url}/private-path`))).toMatchObject({
      kind: 'server-unreachable',
      message: `Plex at ${server.url} does not answer (ECONNREFUSED)`,
    });
  });

  it('knows a sign-in page, and an answer without end, from an answer', async () => {
    const page = await started(emulatedServer(() => ({ status: 200, body: '<html>Sign in</html>' })));
    expect((await failureOf(connected('Jellyfin', page.url))).message).toContain('something else than JSON');
    const flood = await started(emulatedServer(() => ({ status: 200, body: 'x'.repeat(5 * 1024 * 1024) })));
    expect((await failureOf(connected('Jellyfin', flood.url))).message).toContain('more than any list');
  });

  it('gives up at once when it is told to', async () => {
    const silent = await started(emulatedServer(() => ({ status: 200 })));
    const stop = new AbortController();
    stop.abort();
    await expect(
      connected('Kodi', silent.url).ask({ method: 'GET', path: '/' }, stop.signal),
    ).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

async function failureOf(connection: ServerConnection): Promise<BridgeError> {
  try {
    await connection.ask({ method: 'GET', path: '/System/Info' }, signal);
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('the request did not fail');
}
