import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/webdav/limits.ts';
import { startDav, type DavServer } from './dav-server.ts';

let dav: DavServer;
beforeEach(async () => {
  dav = await startDav();
  dav.memory.addFile(0, 'a', Buffer.from('a'));
});
afterEach(() => dav.close());

type Headers = Record<string, string>;

async function send(method: string, path: string, headers: Headers = {}, payload?: string) {
  const body = payload === undefined ? {} : { payload };
  return dav.app.inject({ method: method as 'GET', url: `/dav${path}`, headers, ...body });
}

async function lock(path: string, { scope = 'exclusive', ...headers }: Headers = {}) {
  const body =
    `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope>` +
    '<D:locktype><D:write/></D:locktype><D:owner><D:href>mailto:me@example.net</D:href></D:owner></D:lockinfo>';
  const answer = await send('LOCK', path, { 'content-type': 'application/xml', ...headers }, body);
  return { status: answer.statusCode, body: answer.body, token: String(answer.headers['lock-token'] ?? '') };
}

test('a locked file is changed only by who submits the token', async () => {
  const { status, token, body } = await lock('/a', { timeout: 'Infinite, Second-100' });
  expect(status).toBe(200);
  expect(body).toContain('<D:timeout>Second-100</D:timeout>');
  expect(body).toContain('mailto:me@example.net');
  const refused = await send('PUT', '/a', {}, 'b');
  expect(refused.statusCode).toBe(423);
  expect(refused.body).toContain('<D:lock-token-submitted><D:href>/dav/a</D:href>');
  expect((await send('DELETE', '/a')).statusCode).toBe(423);
  expect((await send('MOVE', '/a', { destination: '/dav/b' })).statusCode).toBe(423);
  expect((await send('PUT', '/a', { if: `(${token})` }, 'b')).statusCode).toBe(204);
  expect((await send('UNLOCK', '/a', { 'lock-token': token })).statusCode).toBe(204);
  expect((await send('DELETE', '/a')).statusCode).toBe(204);
});

test('an exclusive lock excludes every other, and shared ones only exclusive ones', async () => {
  await lock('/a', { scope: 'shared' });
  expect((await lock('/a', { scope: 'shared' })).status).toBe(200);
  const { status, body } = await lock('/a');
  expect(status).toBe(423);
  expect(body).toContain('<D:no-conflicting-lock>');
});

test('a lock ends by itself, and a refresh makes it last', async () => {
  const { token } = await lock('/a', { timeout: 'Second-60' });
  await dav.clock.advance(50_000);
  expect((await send('LOCK', '/a', { if: `(${token})`, timeout: 'Second-60' })).statusCode).toBe(200);
  await dav.clock.advance(50_000);
  expect((await send('PUT', '/a', {}, 'b')).statusCode).toBe(423);
  await dav.clock.advance(20_000);
  expect((await send('PUT', '/a', {}, 'b')).statusCode).toBe(204);
  expect((await send('LOCK', '/a', { if: `(${token})` })).statusCode).toBe(412);
});

test('a deep lock on a folder protects all below it, a shallow one only which members it has', async () => {
  const folder = dav.memory.addFolder(0, 'folder');
  dav.memory.addFile(folder.id, 'b', Buffer.from('b'));
  const shallow = await lock('/folder', { depth: '0' });
  expect((await send('PUT', '/folder/b', {}, 'c')).statusCode).toBe(204);
  expect((await send('PUT', '/folder/new', {}, 'c')).statusCode).toBe(423);
  await send('UNLOCK', '/folder', { 'lock-token': shallow.token });
  const deep = await lock('/folder');
  expect((await send('PUT', '/folder/b', {}, 'd')).statusCode).toBe(423);
  const tagged = `</dav/folder> (${deep.token})`;
  expect((await send('PUT', '/folder/b', { if: tagged }, 'd')).statusCode).toBe(204);
});

test('a folder with a locked member is not removed at all', async () => {
  const folder = dav.memory.addFolder(0, 'folder');
  dav.memory.addFile(folder.id, 'b', Buffer.from('b'));
  dav.memory.addFile(folder.id, 'c', Buffer.from('c'));
  await lock('/folder/b');
  const refused = await send('DELETE', '/folder');
  expect(refused.statusCode).toBe(423);
  expect(refused.body).toContain('<D:href>/dav/folder/b</D:href>');
  expect((await send('GET', '/folder/c')).statusCode).toBe(200);
});

test('locking what is not there makes an empty file', async () => {
  const { status, token } = await lock('/new');
  expect(status).toBe(201);
  expect((await send('GET', '/new')).statusCode).toBe(200);
  expect((await send('PUT', '/new', { if: `(${token})` }, 'content')).statusCode).toBe(204);
  expect((await send('PROPFIND', '/new', { depth: '0' })).body).toContain(token.slice(1, -1));
});

test('locks are bounded in number', async () => {
  await dav.close();
  dav = await startDav({ limits: { ...DEFAULT_LIMITS, locks: 2 } });
  expect((await lock('/a')).status).toBe(201);
  expect((await lock('/b')).status).toBe(201);
  expect((await lock('/c')).status).toBe(503);
  expect((await send('GET', '/c')).statusCode).toBe(404);
});

test('a property of a client is kept through rename and overwriting, and comes with a copy', async () => {
  const set =
    '<D:set xml:lang="fr"><D:prop><x:note xmlns:x="urn:x"><x:b>é &amp; è</x:b></x:note></D:prop></D:set>';
  const update = `<D:propertyupdate xmlns:D="DAV:">${set}</D:propertyupdate>`;
  expect((await send('PROPPATCH', '/a', {}, update)).body).toContain('200 OK');
  await send('PUT', '/a', {}, 'other');
  await send('MOVE', '/a', { destination: '/dav/b' });
  await send('COPY', '/b', { destination: '/dav/c' });
  for (const path of ['/b', '/c']) {
    expect((await send('PROPFIND', path, { depth: '0' })).body).toContain(
      '<note xmlns="urn:x" xml:lang="fr"><b xmlns="urn:x">é &amp; è</b></note>',
    );
  }
});

test('a protected property is refused, and everything else in the request with it', async () => {
  const props = '<D:prop><D:getetag>"x"</D:getetag><x:y xmlns:x="urn:x">1</x:y></D:prop>';
  const update = `<D:propertyupdate xmlns:D="DAV:"><D:set>${props}</D:set></D:propertyupdate>`;
  const { body } = await send('PROPPATCH', '/a', {}, update);
  expect(body).toMatch(/<D:getetag\/><\/D:prop><D:status>HTTP\/1.1 403/);
  expect(body).toMatch(/<y xmlns="urn:x"\/><\/D:prop><D:status>HTTP\/1.1 424/);
  expect((await send('PROPFIND', '/a', { depth: '0' })).body).not.toContain('urn:x');
});

test('what Windows sets is taken politely and not kept', async () => {
  const props =
    '<D:prop><Z:Win32FileAttributes xmlns:Z="urn:schemas-microsoft-com:">20</Z:Win32FileAttributes></D:prop>';
  const update = `<D:propertyupdate xmlns:D="DAV:"><D:set>${props}</D:set></D:propertyupdate>`;
  expect((await send('PROPPATCH', '/a', {}, update)).body).toContain('200 OK');
  expect((await send('PROPFIND', '/a', { depth: '0' })).body).not.toContain('Win32');
});
