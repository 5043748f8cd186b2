import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page } from '../../src/web/page.ts';
import { testServer, type TestServerOptions } from '../support/http-server.ts';
import { buildPage, type BuiltPage } from './built-page.ts';

let built: BuiltPage;
beforeAll(async () => (built = await buildPage()));
afterAll(() => built.remove());

function server(options: TestServerOptions = {}) {
  return testServer({ ...options, parts: { extensions: [page(built.directory)] } }).server;
}

function scriptName(): string {
  const name = readdirSync(built.directory).find((each) => /^main-.*\.js$/.test(each));
  if (name === undefined) throw new Error('the build made no script');
  return name;
}

describe('the page', () => {
  it('lets nothing run but its own files, be framed, or be fetched from elsewhere', async () => {
    const answer = await server().inject({ url: '/' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(answer.headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.payload).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|https?:\/\//);
  });

  it('names files by their content, so that browsers keep them for ever', async () => {
    const answer = await server().inject({ url: `/assets/${scriptName()}` });
    expect(scriptName()).toMatch(/^main-[A-Z0-9]{8}\.js$/);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect((await server().inject({ url: '/' })).headers['cache-control']).toBe('no-cache');
  });

  it('comes compressed as the browser takes it', async () => {
    const get = (encoding: string) =>
      server().inject({ url: `/assets/${scriptName()}`, headers: { 'accept-encoding': encoding } });
    const plain = await get('identity');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzip = await get('gzip, deflate');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.rawPayload)).toEqual(plain.rawPayload);
    const brotli = await get('gzip, deflate, br;q=0.5');
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.rawPayload)).toEqual(plain.rawPayload);
    expect((await get('br;q=0')).headers['content-encoding']).toBeUndefined();
  });

  it('is under 150 KiB on the wire, all of it', () => {
    const compressed = readdirSync(built.directory).filter((name) => name.endsWith('.br'));
    const bytes = compressed.reduce((sum, name) => sum + statSync(join(built.directory, name)).size, 0);
    expect(compressed.length).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(150 * 1024);
  });

  it('is not sent again to a browser that has it', async () => {
    const { etag } = (await server().inject({ url: '/' })).headers;
    const again = await server().inject({ url: '/', headers: { 'if-none-match': String(etag) } });
    expect(again.statusCode).toBe(304);
    expect(again.rawPayload).toHaveLength(0);
  });

  it('opens without the token, for it holds nothing of the account and asks for the token itself', async () => {
    const guarded = server({ settings: { token: 'a-long-token' } });
    expect((await guarded.inject({ url: '/' })).statusCode).toBe(200);
    expect((await guarded.inject({ url: `/assets/${scriptName()}` })).statusCode).toBe(200);
    expect((await guarded.inject({ url: '/api/v1/entries' })).statusCode).toBe(401);
  });

  it('has no other files, whatever path is asked for', async () => {
    for (const url of ['/assets/none.js', '/assets/index.html', '/assets/..%2findex.html', '/assets/']) {
      expect((await server().inject({ url })).statusCode).toBe(404);
    }
  });

  it('leaves / to the plain lists when it was not built', async () => {
    const parts = { extensions: [page(join(built.directory, 'nowhere'))] };
    const answer = await testServer({ parts }).server.inject({ url: '/' });
    expect(answer.headers.location).toBe('/library/');
  });
});
