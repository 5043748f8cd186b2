import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../support/fake-clock.ts';
import { testServer, type TestServer } from '../../support/http-server.ts';

const TOKEN = 'correct horse battery staple';
const DAY_MS = 24 * 3600 * 1000;

function guarded(settings: { publicUrl?: string; token?: string } = {}): TestServer & { clock: FakeClock } {
  const clock = new FakeClock();
  return { ...testServer({ clock, settings: { token: TOKEN, ...settings } }), clock };
}

async function signIn({ server }: TestServer, headers: Record<string, string> = {}): Promise<string> {
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers,
    payload: { token: TOKEN },
  });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers['set-cookie']);
}

function sent(setCookie: string): { cookie: string } {
  return { cookie: `other=1; ${setCookie.split(';')[0] ?? ''}` };
}

describe('a session of the page', () => {
  it('begins with the token and opens what the token opens, pictures and films among it', async () => {
    const bridge = guarded();
    const file = bridge.library.addFile('/Film.mkv');
    const headers = sent(await signIn(bridge));
    for (const url of ['/api/v1/entries', `/stream/${file.id}/Film.mkv`, '/library/']) {
      expect((await bridge.server.inject({ url, headers })).statusCode).toBe(200);
    }
  });

  it('is a cookie that scripts cannot read and other sites cannot send', async () => {
    const cookie = await signIn(guarded());
    expect(cookie).toMatch(/; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
  });

  it('is kept to https where people reach the bridge by https', async () => {
    const bridge = guarded({ publicUrl: 'https://films.example' });
    expect(await signIn(bridge, { host: 'films.example' })).toMatch(/; Secure$/);
    expect(await signIn(bridge, { host: '192.168.1.7:8787' })).not.toContain('Secure');
  });

  it('does not begin with a wrong token, and guessing is slowed down', async () => {
    const { server } = guarded();
    const guess = async (token: string) =>
      (await server.inject({ method: 'POST', url: '/api/v1/session', payload: { token } })).statusCode;
    for (let number = 0; number < 10; number += 1) expect(await guess(`guess ${number}`)).toBe(401);
    expect(await guess(TOKEN)).toBe(429);
  });

  it('ends by itself, and with another token', async () => {
    const bridge = guarded();
    const headers = sent(await signIn(bridge));
    const status = async (of: TestServer) =>
      (await of.server.inject({ url: '/library/', headers })).statusCode;
    expect(await status(guarded({ token: 'another token' }))).toBe(401);
    await bridge.clock.advance(30 * DAY_MS - 1000);
    expect(await status(bridge)).toBe(200);
    await bridge.clock.advance(1001);
    expect(await status(bridge)).toBe(401);
  });

  it('cannot be made up or lengthened', async () => {
    const bridge = guarded();
    const { cookie } = sent(await signIn(bridge));
    for (const forged of [
      cookie.replace(/=\d+\./, '=99999999999.'),
      cookie.replace(/\..*/, '.'),
      cookie.replace(/\..*/, ''),
      'fichier_bridge_session=.',
      'fichier_bridge_session=99999999999.AAAA',
    ]) {
      const answer = await bridge.server.inject({ url: '/library/', headers: { cookie: forged } });
      expect(answer.statusCode, forged).toBe(401);
    }
  });

  it.each([
    ['the page itself', 'http://127.0.0.1:8787', 200],
    ['a page on another port of the machine', 'http://127.0.0.1:3000', 401],
    ['a page at another address', 'http://192.168.1.66', 401],
    ['no page at all', undefined, 401],
  ])('changes something only for %s', async (_who, origin, status) => {
    const bridge = guarded();
    const headers = {
      ...sent(await signIn(bridge)),
      host: '127.0.0.1:8787',
      ...(origin !== undefined && { origin }),
    };
    const answer = await bridge.server.inject({
      method: 'POST',
      url: '/api/v1/refresh',
      headers,
      payload: {},
    });
    expect(answer.statusCode).toBe(status);
  });

  it('ends when the person signs out', async () => {
    const { server } = guarded();
    const answer = await server.inject({ method: 'DELETE', url: '/api/v1/session' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(/^fichier_bridge_session=; .*Max-Age=0/);
  });

  it('tells the page whether to ask for the token', async () => {
    const bridge = guarded();
    const session = async (headers: Record<string, string>) =>
      (await bridge.server.inject({ url: '/api/v1/session', headers })).json<unknown>();
    expect(await session({})).toEqual({ tokenNeeded: true, signedIn: false });
    expect(await session(sent(await signIn(bridge)))).toEqual({ tokenNeeded: true, signedIn: true });
    const open = await testServer().server.inject({ url: '/api/v1/session' });
    expect(open.json()).toEqual({ tokenNeeded: false, signedIn: true });
  });

  it('never makes the browser open its own window for a password', async () => {
    const { server } = guarded();
    const headers = { 'x-requested-with': 'fetch' };
    const answer = await server.inject({ url: '/api/v1/entries', headers });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});
