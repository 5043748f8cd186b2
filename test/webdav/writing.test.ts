import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { startDav, type DavServer } from './dav-server.ts';

let dav: DavServer;
beforeEach(async () => {
  dav = await startDav();
});
afterEach(() => dav.close());

type Headers = Record<string, string>;

async function send(method: string, path: string, headers: Headers = {}, payload?: string) {
  const url = `/dav${path}`;
  const body = payload === undefined ? {} : { payload };
  return dav.app.inject({ method: method as 'GET', url, headers, ...body });
}

const TEXT = { 'content-type': 'text/plain' };
const entryAt = (path: string) => dav.memory.library.entryAt(path);

/** Sends a body in chunks without a length, as a program that pipes does. */
async function sendChunked(path: string, chunks: readonly string[], headers: Headers = {}): Promise<number> {
  await dav.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = dav.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, path: `/dav${path}`, method: 'PUT', headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    request.on('error', reject);
    for (const chunk of chunks) request.write(chunk);
    request.end();
  });
}

test('every method that changes something is refused with the setting to change while read-only', async () => {
  await dav.close();
  dav = await startDav({ writerFor: () => null });
  dav.memory.addFile(0, 'a', 1);
  for (const method of ['PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'PROPPATCH', 'LOCK', 'UNLOCK']) {
    const answer = await send(method, '/a');
    expect([method, answer.statusCode]).toEqual([method, 403]);
    expect(answer.body).toContain('BRIDGE_WRITE');
  }
  const options = await send('OPTIONS', '/a');
  expect(options.headers).toMatchObject({ dav: '1, 3', allow: 'OPTIONS, GET, HEAD, PROPFIND' });
});

test('OPTIONS names the methods that make sense at the place', async () => {
  dav.memory.addFile(0, 'a', 1);
  const allowed = async (path: string) => (await send('OPTIONS', path)).headers.allow;
  expect(await allowed('/')).not.toMatch(/DELETE|MOVE|PUT/);
  expect(await allowed('/a')).toContain('PUT');
  expect(await allowed('/nothing')).toBe('OPTIONS, PUT, MKCOL, LOCK, UNLOCK');
  expect(await allowed('/nothing/below')).toBe('OPTIONS');
  expect((await send('POST', '/a')).statusCode).toBe(405);
});

test('PUT of a known length goes to 1fichier and answers with the entity tag', async () => {
  const answer = await send('PUT', '/film.mkv', TEXT, 'content');
  expect(answer.statusCode).toBe(201);
  const film = entryAt('/film.mkv');
  expect(film).toMatchObject({ kind: 'file', size: 7 });
  expect(answer.headers.etag).toContain(film?.id);
  expect((await send('PUT', '/film.mkv', TEXT, 'other content')).statusCode).toBe(204);
  expect((await send('GET', '/film.mkv')).body).toBe('other content');
});

test('PUT of an unknown length is spooled, and the spool is empty afterwards', async () => {
  expect(await sendChunked('/film.mkv', ['one ', 'two'])).toBe(201);
  expect((await send('GET', '/film.mkv')).body).toBe('one two');
  expect(await readdir(dav.spoolDirectory)).toEqual([]);
});

test('PUT beyond the spool budget is answered 507 and leaves nothing behind', async () => {
  expect(await sendChunked('/film.mkv', ['x'.repeat(600_000), 'x'.repeat(600_000)])).toBe(507);
  expect(entryAt('/film.mkv')).toBeNull();
  expect(await readdir(dav.spoolDirectory)).toEqual([]);
});

test('the length that macOS announces for a chunked body makes the spool needless', async () => {
  const content = 'x'.repeat(1_500_000);
  expect(await sendChunked('/film.mkv', [content], { 'x-expected-entity-length': '1500000' })).toBe(201);
  expect(entryAt('/film.mkv')).toMatchObject({ size: 1_500_000 });
});

test('a body shorter than announced makes no file', async () => {
  expect(await sendChunked('/film.mkv', ['short'], { 'x-expected-entity-length': '50' })).toBe(400);
  expect(entryAt('/film.mkv')).toBeNull();
});

test('an empty file is kept by the bridge until its content comes', async () => {
  expect((await send('PUT', '/new.mkv', TEXT, '')).statusCode).toBe(201);
  expect(entryAt('/new.mkv')).toBeNull();
  expect((await send('GET', '/new.mkv')).body).toBe('');
  expect((await send('PROPFIND', '/', { depth: '1' })).body).toContain('/dav/new.mkv');
  expect((await send('PUT', '/new.mkv', TEXT, 'content')).statusCode).toBe(204);
  expect(entryAt('/new.mkv')).toMatchObject({ size: 7 });
  const listing = (await send('PROPFIND', '/', { depth: '1' })).body;
  expect(listing.split('/dav/new.mkv')).toHaveLength(2);
});

test('an empty file can be moved, copied and deleted', async () => {
  await send('PUT', '/a', TEXT, '');
  expect((await send('MOVE', '/a', { destination: '/dav/b' })).statusCode).toBe(201);
  expect((await send('COPY', '/b', { destination: '/dav/c' })).statusCode).toBe(201);
  expect((await send('GET', '/a')).statusCode).toBe(404);
  expect((await send('DELETE', '/b')).statusCode).toBe(204);
  expect((await send('GET', '/b')).statusCode).toBe(404);
  expect((await send('GET', '/c')).statusCode).toBe(200);
});

test('an empty file goes along when its folder is moved', async () => {
  await send('MKCOL', '/folder');
  await send('PUT', '/folder/empty', TEXT, '');
  expect((await send('MOVE', '/folder', { destination: '/dav/moved' })).statusCode).toBe(201);
  expect((await send('GET', '/moved/empty')).statusCode).toBe(200);
});

test('the bookkeeping of desktops costs no upload', async () => {
  expect((await send('PUT', '/._film.mkv', TEXT, 'Mac OS X')).statusCode).toBe(201);
  expect(entryAt('/._film.mkv')).toBeNull();
  expect((await send('GET', '/._film.mkv')).body).toBe('Mac OS X');
});

test('MKCOL tells apart a body, a missing parent and a name in use', async () => {
  expect((await send('MKCOL', '/a', TEXT, 'body')).statusCode).toBe(415);
  expect((await send('MKCOL', '/a/b')).statusCode).toBe(409);
  expect((await send('MKCOL', '/a')).statusCode).toBe(201);
  expect((await send('MKCOL', '/a')).statusCode).toBe(405);
});

test.each([
  ['quota-exceeded', 507],
  ['name-refused', 422],
  ['file-too-large', 413],
  ['upload-unconfirmed', 502],
  ['flood-locked', 503],
] as const)('an upload refused for %s is answered %i and leaves the old file', async (kind, status) => {
  dav.memory.addFile(0, 'film.mkv', Buffer.from('old'));
  dav.memory.refuse = () => {
    throw new BridgeError(kind, 'refused');
  };
  const answer = await send('PUT', '/film.mkv', TEXT, 'new content');
  expect(answer.statusCode).toBe(status);
  expect(answer.body).toContain(`<B:kind>${kind}</B:kind>`);
  expect((await send('GET', '/film.mkv')).body).toBe('old');
});

test('of two writers of one file at a time the second is told to wait', async () => {
  let confirm = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    dav.memory.confirmUpload = () => {
      resolve();
      return new Promise((done) => (confirm = done));
    };
  });
  const first = send('PUT', '/film.mkv', TEXT, 'first');
  await begun;
  expect((await send('PUT', '/film.mkv', TEXT, 'second')).statusCode).toBe(423);
  expect((await send('GET', '/film.mkv')).statusCode).toBe(404);
  confirm();
  expect((await first).statusCode).toBe(201);
  expect((await send('GET', '/film.mkv')).body).toBe('first');
});

test('a client that goes away in the middle of an upload leaves no file', async () => {
  await dav.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = dav.app.server.address() as AddressInfo;
  const headers = { 'content-length': '1000' };
  const begun = new Promise<void>((resolve) => {
    dav.memory.refuse = () => resolve();
  });
  const request = httpRequest({ port, path: '/dav/film.mkv', method: 'PUT', headers });
  request.on('error', () => undefined);
  request.write('some');
  await begun;
  const gone = new Promise((resolve) => request.on('close', resolve));
  request.destroy();
  await gone;
  dav.memory.refuse = () => undefined;
  // The path is free again as soon as the server has noticed.
  await expect.poll(async () => (await send('PUT', '/film.mkv', TEXT, 'whole')).statusCode).toBe(201);
  expect((await send('GET', '/film.mkv')).body).toBe('whole');
});

test('a client that stops sending is given up after a while', async () => {
  await dav.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = dav.app.server.address() as AddressInfo;
  const begun = new Promise<void>((resolve) => {
    dav.memory.refuse = () => resolve();
  });
  const request = httpRequest({ port, path: '/dav/a', method: 'PUT', headers: { 'content-length': '1000' } });
  const closed = new Promise((resolve) => request.on('close', resolve));
  request.on('error', () => undefined);
  request.write('some');
  await begun;
  await dav.clock.advance(200_000);
  await closed;
  expect(entryAt('/a')).toBeNull();
});

test('If-Match and If-None-Match protect a file from being overwritten unseen', async () => {
  expect((await send('PUT', '/a', { ...TEXT, 'if-match': '*' }, 'x')).statusCode).toBe(412);
  const { etag } = (await send('PUT', '/a', { ...TEXT, 'if-none-match': '*' }, 'x')).headers;
  expect((await send('PUT', '/a', { ...TEXT, 'if-none-match': '*' }, 'y')).statusCode).toBe(412);
  expect((await send('PUT', '/a', { ...TEXT, 'if-match': '"other"' }, 'y')).statusCode).toBe(412);
  expect((await send('PUT', '/a', { ...TEXT, 'if-match': String(etag) }, 'y')).statusCode).toBe(204);
});

test('DELETE of a folder goes on after a failure, keeps the folder, and names what is left', async () => {
  const folder = dav.memory.addFolder(0, 'folder');
  for (const name of ['a', 'b', 'c']) dav.memory.addFile(folder.id, name, 1);
  dav.memory.refuse = (_action, name) => {
    if (name === 'b') throw new BridgeError('file-refused', 'no');
  };
  const answer = await send('DELETE', '/folder');
  expect(answer.statusCode).toBe(207);
  expect(answer.body).toContain('<D:href>/dav/folder/b</D:href><D:status>HTTP/1.1 403');
  expect([entryAt('/folder/a'), entryAt('/folder/c')]).toEqual([null, null]);
  expect(entryAt('/folder/b')).not.toBeNull();
  expect((await send('DELETE', '/')).statusCode).toBe(403);
});

test('MOVE and COPY judge their Destination', async () => {
  dav.memory.addFile(0, 'a', Buffer.from('a'));
  dav.memory.addFile(0, 'b', Buffer.from('b'));
  dav.memory.addFolder(0, 'folder');
  const status = async (path: string, headers: Headers) => (await send('MOVE', path, headers)).statusCode;
  expect(await status('/a', { destination: 'http://elsewhere.example/dav/c' })).toBe(502);
  expect(await status('/a', { destination: '/other/c' })).toBe(502);
  expect(await status('/a', {})).toBe(400);
  expect(await status('/a', { destination: '/dav/a' })).toBe(403);
  expect(await status('/folder', { destination: '/dav/folder/below' })).toBe(403);
  expect(await status('/a', { destination: '/dav/missing/a' })).toBe(409);
  expect(await status('/a', { destination: '/dav/b', overwrite: 'F' })).toBe(412);
  expect(await status('/a', { destination: 'http://localhost:80/dav/b', host: 'localhost' })).toBe(204);
  expect((await send('GET', '/b')).body).toBe('a');
  expect([...dav.memory.library.children(0)].map(({ name }) => name).sort()).toEqual(['b', 'folder']);
});

test('a MOVE that fails puts back what it was to overwrite', async () => {
  dav.memory.addFile(0, 'a', Buffer.from('a'));
  dav.memory.addFile(0, 'b', Buffer.from('b'));
  dav.memory.refuse = (action, name) => {
    if (action === 'move' && name === 'a') throw new BridgeError('upstream-unavailable', 'no answer');
  };
  expect((await send('MOVE', '/a', { destination: '/dav/b' })).statusCode).toBe(502);
  expect((await send('GET', '/a')).body).toBe('a');
  expect((await send('GET', '/b')).body).toBe('b');
});

test('COPY of a folder takes all that is in it, and of Depth 0 the folder alone', async () => {
  const folder = dav.memory.addFolder(0, 'folder');
  const below = dav.memory.addFolder(folder.id, 'below');
  dav.memory.addFile(below.id, 'film.mkv', Buffer.from('film'));
  await send('PUT', '/folder/empty', TEXT, '');
  expect((await send('COPY', '/folder', { destination: '/dav/copy' })).statusCode).toBe(201);
  expect((await send('GET', '/copy/below/film.mkv')).body).toBe('film');
  expect((await send('GET', '/copy/empty')).statusCode).toBe(200);
  await send('COPY', '/folder', { destination: '/dav/alone', depth: '0' });
  expect([...dav.memory.library.children(entryAt('/alone')?.id as number)]).toEqual([]);
});

test('a name with characters that the library shows by a stand-in is found again as it was sent', async () => {
  expect((await send('PUT', '/a%3Ab.mkv', TEXT, 'x')).statusCode).toBe(201);
  expect((await send('GET', '/a%3Ab.mkv')).body).toBe('x');
  expect((await send('PROPFIND', '/', { depth: '1' })).body).toContain(encodeURIComponent('a：b.mkv'));
});

test('an address that names nothing that can be is refused', async () => {
  expect((await send('PUT', '/%2E%2E%2Fx', TEXT, 'x')).statusCode).toBe(400);
  expect((await send('PUT', '/%ff', TEXT, 'x')).statusCode).toBe(400);
});
