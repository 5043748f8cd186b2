import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { streamStatus } from '../support/fake-insight.ts';
import { FakeRemoteUploads } from '../support/fake-remote-uploads.ts';
import { testServer } from '../support/http-server.ts';

const STREAM = streamStatus();

const METHODS: Readonly<Record<string, 'GET' | 'POST' | 'DELETE'>> = { post: 'POST', delete: 'DELETE' };

interface OpenApi {
  readonly paths: Record<string, Record<string, { responses: Record<string, { content?: unknown }> }>>;
}

describe('the JSON API', () => {
  it('gives a folder in pages, and notes that someone looks at it', async () => {
    const { server, library } = testServer();
    for (let n = 1; n <= 5; n += 1) library.addFile(`/Films/Film ${n}.mkv`);
    const first = await server.inject({ url: '/api/v1/entries?path=/Films&limit=2' });
    expect(first.json()).toMatchObject({
      folder: { path: '/Films', address: '/library/Films/' },
      contents: { files: 5, bytes: 5000 },
      entries: [{ name: 'Film 1.mkv', path: '/Films/Film 1.mkv' }, { name: 'Film 2.mkv' }],
      nextOffset: 2,
    });
    const last = await server.inject({ url: '/api/v1/entries?path=/Films&limit=2&offset=4' });
    expect(last.json()).toMatchObject({ entries: [{ name: 'Film 5.mkv' }], nextOffset: null });
    expect(library.opened).toContain(library.entryAt('/Films')?.id);
  });

  it('finds a folder by its id as well, and orders it', async () => {
    const { server, library } = testServer();
    library.addFile('/Films/a', { size: 1 });
    const large = library.addFile('/Films/b', { size: 2 });
    const url = `/api/v1/entries?folderId=${large.parentId}&sort=size&order=desc`;
    expect((await server.inject({ url })).json()).toMatchObject({ entries: [{ name: 'b' }, { name: 'a' }] });
  });

  it('gives one file with an address that streams it', async () => {
    const { server, library } = testServer({ settings: { token: 'a-long-token' } });
    const file = library.addFile('/Film é.mkv');
    const headers = { authorization: 'Bearer a-long-token' };
    const answer = await server.inject({ url: `/api/v1/files/${file.id}`, headers });
    const { stream } = answer.json<{ stream: string }>();
    expect((await server.inject({ url: stream })).statusCode).toBe(200);
  });

  it('searches the library', async () => {
    const { server, library } = testServer();
    library.addFile('/Films/Alien.mkv');
    const answer = await server.inject({ url: '/api/v1/search?q=alien' });
    expect(answer.json()).toMatchObject({ entries: [{ path: '/Films/Alien.mkv' }] });
  });

  it('finds one entry by its path, reading a folder on the way that was never read', async () => {
    const { server, library } = testServer();
    const films = library.addFolder('/Films');
    library.addFile('/Films/a.mkv');
    library.entries[library.entries.indexOf(films)] = { ...films, listedAt: null };
    const found = await server.inject({ url: '/api/v1/entry?path=/Films/a.mkv' });
    expect(found.json()).toMatchObject({ kind: 'file', path: '/Films/a.mkv' });
    expect(library.refreshed).toMatchObject([{ folderId: films.id, recursive: false }]);
    expect((await server.inject({ url: '/api/v1/entry?path=/Films/none' })).statusCode).toBe(404);
  });

  it('hands addresses to 1fichier for clients only where writing is on', async () => {
    const payload = { urls: ['https://host.example/a'], path: '/Films' };
    for (const write of [true, false]) {
      const remoteUploads = new FakeRemoteUploads();
      const { server, library } = testServer({ remoteUploads, write });
      const { id } = library.addFolder('/Films');
      const answer = await server.inject({ method: 'POST', url: '/api/v1/remote-uploads', payload });
      expect(answer.statusCode).toBe(write ? 202 : 403);
      expect(remoteUploads.requests).toEqual(write ? [{ urls: payload.urls, folderId: id }] : []);
    }
  });

  it('refreshes a folder and says when it is done', async () => {
    const { server, library } = testServer();
    const folder = library.addFolder('/Films');
    const payload = { path: '/Films', recursive: true };
    const answer = await server.inject({ method: 'POST', url: '/api/v1/refresh', payload });
    expect(answer.json()).toEqual({ state: 'done' });
    expect(library.refreshed).toMatchObject([{ folderId: folder.id, recursive: true, priority: 'browse' }]);
  });

  it('starts a refresh without waiting when asked to, and logs its failure', async () => {
    const { server, library, logged } = testServer();
    library.onRefresh = () => Promise.reject(new BridgeError('flood-locked', 'locked for now'));
    const payload = { wait: false };
    const answer = await server.inject({ method: 'POST', url: '/api/v1/refresh', payload });
    expect(answer.statusCode).toBe(202);
    expect(logged.join('')).toContain('a refresh failed');
  });

  it('passes the failure of a refresh on with its hint and when to try again', async () => {
    const { server, library } = testServer();
    const retryAt = Date.now() + 60_000;
    library.onRefresh = () => Promise.reject(new BridgeError('flood-locked', 'locked for now', { retryAt }));
    const answer = await server.inject({ method: 'POST', url: '/api/v1/refresh', payload: {} });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      error: 'flood-locked',
      retryable: true,
      retryAt: new Date(retryAt).toISOString(),
    });
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it.each([
    '/api/v1/entries?limit=0',
    '/api/v1/entries?sort=colour',
    '/api/v1/search',
    '/api/v1/entries?offset=x',
  ])('refuses %s and says what is wrong with it', async (url) => {
    const { server } = testServer();
    const answer = await server.inject({ url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: 'bad-request' });
    expect(answer.json<{ message: string }>().message).toMatch(/querystring/);
  });

  it('refuses a body that is not JSON, and one that is too large', async () => {
    const { server } = testServer();
    const headers = { 'content-type': 'application/json' };
    const post = (payload: string) =>
      server.inject({ method: 'POST', url: '/api/v1/refresh', headers, payload });
    expect((await post('{"path":')).statusCode).toBe(400);
    expect((await post(`"${'x'.repeat(300_000)}"`)).statusCode).toBe(413);
  });

  it('answers in the very form that its OpenAPI document promises', async () => {
    const remoteUploads = new FakeRemoteUploads();
    const id = await remoteUploads.requestRemoteUpload(['https://host.example/a'], 0);
    const fetched = {
      source: 'https://host.example/a',
      ok: true,
      url: 'https://1fichier.com/?a',
      message: '',
    };
    remoteUploads.execute(id, [fetched]);
    const { server, library, insight } = testServer({ remoteUploads, write: true });
    const file = library.addFile('/Films/Film.mkv');
    insight.activeStreams = [STREAM];
    insight.failedStreams = [{ ...STREAM, failedAt: 5, kind: 'patience-exhausted' }];
    const document = (await server.inject({ url: '/api/v1/openapi.json' })).json<OpenApi>();
    const ajv = addFormats.default(new Ajv.default({ strict: false }));
    ajv.addSchema(document, 'api');

    const requests: Record<string, InjectOptions> = {
      'get /api/v1/entry': { url: '/api/v1/entry?path=/Films' },
      'get /api/v1/remote-uploads': { url: '/api/v1/remote-uploads' },
      'get /api/v1/remote-uploads/{id}': { url: '/api/v1/remote-uploads/1' },
      'post /api/v1/remote-uploads': {
        url: '/api/v1/remote-uploads',
        payload: { urls: ['https://host.example/a'] },
      },
      'get /api/v1/entries': { url: '/api/v1/entries' },
      'get /api/v1/files/{fileId}': { url: `/api/v1/files/${file.id}` },
      'get /api/v1/search': { url: '/api/v1/search?q=film' },
      'get /api/v1/session': { url: '/api/v1/session' },
      'post /api/v1/session': { url: '/api/v1/session', payload: { token: 'any' } },
      'delete /api/v1/session': { url: '/api/v1/session' },
      'get /api/v1/account': { url: '/api/v1/account' },
      'get /api/v1/crawl': { url: '/api/v1/crawl' },
      'get /api/v1/budget': { url: '/api/v1/budget' },
      'get /api/v1/cache': { url: '/api/v1/cache' },
      'get /api/v1/streams': { url: '/api/v1/streams' },
      'get /api/v1/status': { url: '/api/v1/status' },
      'post /api/v1/refresh': { url: '/api/v1/refresh', payload: { path: '/Films', wait: false } },
      'post /api/v1/links': { url: '/api/v1/links', payload: { path: '/Films/Film.mkv' } },
    };
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    // Never ends; its events are what the status is.
    const live = ['get /api/v1/events'];
    expect(documented.sort()).toEqual([...Object.keys(requests), ...live].sort());
    for (const [operation, request] of Object.entries(requests)) {
      const [method = '', path = ''] = operation.split(' ');
      const answer = await server.inject({ ...request, method: METHODS[method] ?? 'GET' });
      expect(answer.statusCode, operation).toBeLessThan(300);
      const responses = `api#/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method}/responses`;
      const schema = `${responses}/${answer.statusCode}/content/application~1json/schema`;
      const valid = ajv.validate({ $ref: schema }, answer.json());
      expect(valid, `${operation}: ${ajv.errorsText()}`).toBe(true);
    }
  });

  it('has a page to read that loads and runs nothing', async () => {
    const { server } = testServer();
    const answer = await server.inject({ url: '/api/docs' });
    expect(answer.payload).toContain('GET /api/v1/entries');
    expect(answer.payload).not.toMatch(/<script|src=|https?:\/\//);
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'/);
  });
});

describe('operations', () => {
  it('says that the process lives and whether the library can be used', async () => {
    const { server, library, insight } = testServer();
    expect((await server.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    insight.budgetNow = { ...insight.budgetNow, lockedUntil: Date.now() + 1000 };
    const ready = await server.inject({ url: '/readyz' });
    expect(ready.statusCode).toBe(200);
    expect(ready.json()).toMatchObject({ ready: true, notices: ['the 1fichier API is locked for a while'] });
    library.entries[0] = { ...library.root(), listedAt: null };
    const notReady = await server.inject({ url: '/readyz' });
    expect(notReady.statusCode).toBe(503);
    expect(notReady.json()).toMatchObject({ reasons: ['the library has not been read yet'] });
  });

  it('reports calls, links, streams, cache and crawl as metrics, without the name of a file', async () => {
    const { server, insight, library } = testServer();
    const file = library.addFile('/Secret film.mkv');
    insight.budgetNow = { ...insight.budgetNow, calls: { getLink: 3 } };
    insight.activeStreams = [{ ...STREAM, file: { ...STREAM.file, name: 'Secret film.mkv' } }];
    await server.inject({ url: `/stream/${file.id}/x` });
    await server.inject({ url: '/metrics' });
    const { payload } = await server.inject({ url: '/metrics' });
    expect(payload.split('\n')).toEqual(
      expect.arrayContaining([
        'fichier_bridge_api_calls_total{call="getLink"} 3',
        'fichier_bridge_api_lock_seconds 0',
        'fichier_bridge_streams_active 1',
        'fichier_bridge_served_bytes_total 1000',
        'fichier_bridge_read_bytes_total{source="disk"} 20',
        'fichier_bridge_healings_total{action="link-renewed"} 2',
        'fichier_bridge_cache_bytes{tier="disk"} 900',
        'fichier_bridge_cache_budget_bytes{tier="memory"} 1000',
        'fichier_bridge_cache_evictions_total{tier="memory"} 4',
        'fichier_bridge_cache_disk_on 1',
        'fichier_bridge_library_folders{state="known"} 1',
      ]),
    );
    expect(payload).not.toContain('Secret');
  });
});
