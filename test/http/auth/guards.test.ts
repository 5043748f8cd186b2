import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UrlSigner } from '../../../src/http/auth/url-signer.ts';
import { streamAddress } from '../../../src/http/addresses.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { testServer, type TestServer } from '../../support/http-server.ts';

const TOKEN = 'correct horse battery staple';

function guarded(): TestServer & { clock: FakeClock } {
  const clock = new FakeClock();
  return { ...testServer({ clock, settings: { token: TOKEN } }), clock };
}

function basic(password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}` };
}

describe('the token', () => {
  it('opens everything when it comes by Bearer or as the password of Basic', async () => {
    const { server } = testServer({ settings: { token: 'a-token' } });
    const get = async (headers: Record<string, string>) =>
      (await server.inject({ url: '/library/', headers })).statusCode;
    expect(await get({ authorization: 'Bearer a-token' })).toBe(200);
    expect(await get({ authorization: 'bearer a-token' })).toBe(200);
    expect(await get(basic('a-token'))).toBe(200);
  });

  it.each(['/library/', '/metrics', '/api/v1/entries', '/api/docs', '/playlist.m3u8', '/nothing', '/'])(
    'is needed for %s',
    async (url) => {
      const { server } = guarded();
      const answer = await server.inject({ url });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
      expect(answer.json()).toMatchObject({ error: 'unauthorized' });
    },
  );

  it('is not needed by the owner’s commands, which carry the key of this run and may write', async () => {
    const { server } = testServer({ settings: { token: TOKEN, ownerKey: 'key-of-this-run' } });
    const payload = { urls: ['https://host.example/a'] };
    const post = async (authorization: string) =>
      (
        await server.inject({
          method: 'POST',
          url: '/api/v1/remote-uploads',
          headers: { authorization },
          payload,
        })
      ).statusCode;
    expect(await post('Bearer key-of-this-run')).toBe(202);
    expect(await post(basic(TOKEN).authorization)).toBe(403);
    expect(await post('Bearer another-key')).toBe(401);
  });

  it('is not needed for the health checks', async () => {
    const { server } = guarded();
    expect((await server.inject({ url: '/healthz' })).statusCode).toBe(200);
    expect((await server.inject({ url: '/readyz' })).statusCode).toBe(200);
  });

  it('may hold any characters as a password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), async (token) => {
        const { server } = testServer({ settings: { token } });
        expect((await server.inject({ url: '/library/', headers: basic(token) })).statusCode).toBe(200);
        const wrong = basic(`${token}x`);
        expect((await server.inject({ url: '/library/', headers: wrong })).statusCode).toBe(401);
      }),
      { numRuns: 20 },
    );
  });

  it('cannot be guessed quickly: many different wrong ones close the door for a while', async () => {
    const { server, clock } = guarded();
    const status = async (password: string) =>
      (await server.inject({ url: '/library/', headers: basic(password) })).statusCode;
    for (let guess = 0; guess < 10; guess += 1) expect(await status(`guess ${guess}`)).toBe(401);
    const refused = await server.inject({ url: '/library/', headers: basic(TOKEN) });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('1');
    await clock.advance(1001);
    expect(await status(TOKEN)).toBe(200);
  });

  it('locks nobody out for one old token sent again and again', async () => {
    const { server } = guarded();
    for (let times = 0; times < 50; times += 1) {
      await server.inject({ url: '/library/', headers: basic('the old token') });
    }
    expect((await server.inject({ url: '/library/', headers: basic(TOKEN) })).statusCode).toBe(200);
  });

  it('never shows in the log, nor does a signature', async () => {
    const { server, library, logged } = guarded();
    const file = library.addFile('/Film.mkv');
    const address = streamAddress('', file, new UrlSigner(TOKEN));
    await server.inject({ url: address });
    await server.inject({ url: '/library/', headers: { authorization: 'Bearer wrong-token' } });
    await server.inject({ url: '/library/?token=secret-value' });
    const log = logged.join('');
    expect(log).not.toContain(/sig=(.*)/.exec(address)?.[1]);
    expect(log).not.toMatch(/wrong-token|secret-value/);
  });
});

describe('signed addresses', () => {
  it('open their own file, under any name, and nothing else', async () => {
    const { server, library } = guarded();
    const file = library.addFile('/Film.mkv');
    const other = library.addFile('/Other.mkv');
    const address = streamAddress('', file, new UrlSigner(TOKEN));
    const query = address.slice(address.indexOf('?'));
    const status = async (url: string) => (await server.inject({ url })).statusCode;
    expect(await status(address)).toBe(200);
    expect(await status(`/stream/${file.id}/renamed.mkv${query}`)).toBe(200);
    expect(await status(`/stream/${other.id}/Other.mkv${query}`)).toBe(401);
    expect(await status(`/library/Film.mkv${query}`)).toBe(401);
    expect(await status(`/stream/${file.id}/x?sig=&exp=`)).toBe(401);
  });

  it('end when they expire, and their end cannot be put off', async () => {
    const { server, library, clock } = guarded();
    const file = library.addFile('/Film.mkv');
    const address = streamAddress('', file, new UrlSigner(TOKEN), clock.now() + 60_000);
    const status = async (url: string) => (await server.inject({ url })).statusCode;
    expect(await status(address)).toBe(200);
    expect(await status(address.replace(/exp=\d+/, 'exp=99999999999'))).toBe(401);
    expect(await status(address.replace(/exp=\d+&/, ''))).toBe(401);
    await clock.advance(60_001);
    expect(await status(address)).toBe(401);
  });

  it('become void with another token', async () => {
    const { server, library } = guarded();
    const file = library.addFile('/Film.mkv');
    const address = streamAddress('', file, new UrlSigner('the token before'));
    expect((await server.inject({ url: address })).statusCode).toBe(401);
  });

  it('are kept from a redirect to the storage host', async () => {
    const { server, library } = guarded();
    const file = library.addFile('/Film.mkv');
    const address = streamAddress('', file, new UrlSigner(TOKEN));
    const answer = await server.inject({ url: `${address}&mode=redirect` });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).not.toContain('sig=');
  });
});

describe('the guard against other web pages', () => {
  const settings = { publicUrl: 'https://films.example/bridge', allowedHosts: ['nas'] };

  it.each([
    ['localhost:8787', 200],
    ['app.localhost', 200],
    ['127.0.0.1:8787', 200],
    ['[::1]:8787', 200],
    ['192.168.1.7:8787', 200],
    ['films.example', 200],
    ['NAS:8787', 200],
    ['evil.example:8787', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example', 403],
    ['a b', 403],
  ])('answers a request for the host %s with %i', async (host, status) => {
    const { server } = testServer({ settings });
    expect((await server.inject({ url: '/library/', headers: { host } })).statusCode).toBe(status);
  });

  it.each([
    ['of its own page', { origin: 'https://films.example', 'sec-fetch-site': 'same-origin' }, 200],
    ['of a program', {}, 200],
    ['of another site', { origin: 'https://evil.example' }, 403],
    ['of a page without an origin', { origin: 'null' }, 403],
    ['across sites', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
  ])('lets a change %s through or not', async (_whose, headers, status) => {
    const { server } = testServer({ settings });
    const answer = await server.inject({ method: 'POST', url: '/api/v1/refresh', headers, payload: {} });
    expect(answer.statusCode).toBe(status);
  });

  it('lets links from elsewhere be followed but nothing be embedded elsewhere', async () => {
    const { server } = testServer();
    const status = async (mode: string) => {
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode };
      return (await server.inject({ url: '/library/', headers })).statusCode;
    };
    expect(await status('navigate')).toBe(200);
    expect(await status('no-cors')).toBe(403);
    expect(await status('cors')).toBe(403);
  });

  it('lets a page elsewhere play an address that was signed for it', async () => {
    const { server, library } = guarded();
    const file = library.addFile('/Film.mkv');
    const url = streamAddress('', file, new UrlSigner(TOKEN));
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await server.inject({ url, headers })).statusCode).toBe(200);
  });
});
