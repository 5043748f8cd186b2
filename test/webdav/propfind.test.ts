import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Entry } from '../../src/library/entry.ts';
import { startDav, type DavServer } from './dav-server.ts';

let dav: DavServer;
beforeEach(async () => {
  dav = await startDav();
});
afterEach(() => dav.close());

interface Asked {
  readonly depth?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function propfind(path: string, { depth = '0', body = '', headers = {} }: Asked = {}): Promise<string> {
  const answer = await dav.app.inject({
    method: 'PROPFIND' as 'GET',
    url: `/dav${path}`,
    headers: { depth, ...(body === '' ? {} : { 'content-type': 'application/xml' }), ...headers },
    payload: body,
  });
  return `${answer.statusCode}\n${answer.body}`;
}

const asking = (names: string): string =>
  `<?xml version="1.0"?><propfind xmlns="DAV:"><prop>${names}</prop></propfind>`;

test('Depth 0 describes the resource alone and Depth 1 its members too', async () => {
  const films = dav.memory.addFolder(0, 'Films');
  dav.memory.addFile(films.id, 'A & B.mkv', Buffer.from('film'));
  const alone = await propfind('/Films');
  expect(alone).toMatch(/^207/);
  expect(alone.match(/<D:response>/g)).toHaveLength(1);
  const withMembers = await propfind('/Films/', { depth: '1' });
  expect(withMembers).toContain('<D:href>/dav/Films/</D:href>');
  expect(withMembers).toContain('<D:href>/dav/Films/A%20%26%20B.mkv</D:href>');
  expect(withMembers).toContain('<D:displayname>A &amp; B.mkv</D:displayname>');
  expect(withMembers).toContain('<D:getcontentlength>4</D:getcontentlength>');
  expect(dav.memory.opened).toEqual([films.id]);
});

test('properties that a resource lacks come back as 404, unless the client prefers a minimal answer', async () => {
  const body = asking('<getcontentlength/><resourcetype/><x:y xmlns:x="urn:x"/>');
  const full = await propfind('/', { body });
  expect(full).toContain('<D:resourcetype><D:collection/></D:resourcetype>');
  expect(full).toContain('<D:getcontentlength/><y xmlns="urn:x"/></D:prop><D:status>HTTP/1.1 404');
  const minimal = await propfind('/', { body, headers: { prefer: 'return=minimal' } });
  expect(minimal).not.toContain('404');
});

test('quota is told when asked for by name and left out of allprop', async () => {
  const body = asking('<quota-available-bytes/><quota-used-bytes/>');
  const named = await propfind('/', { body });
  expect(named).toContain('<D:quota-available-bytes>1000000</D:quota-available-bytes>');
  expect(named).toContain('<D:quota-used-bytes>4096</D:quota-used-bytes>');
  expect(await propfind('/')).not.toContain('quota');
});

test('the root has a name to show', async () => {
  expect(await propfind('/', { body: asking('<displayname/>') })).toContain(
    '<D:displayname>1fichier</D:displayname>',
  );
});

test('propname lists names without values', async () => {
  dav.memory.addFile(0, 'a.bin', Buffer.from('a'));
  const names = await propfind('/a.bin', {
    body: '<propfind xmlns="DAV:"><propname/></propfind>',
  });
  expect(names).toContain('<D:getetag/>');
  expect(names).not.toContain('<D:getetag>');
});

test('a decomposed name as macOS sends it finds the composed one', async () => {
  dav.memory.addFile(0, 'été.mkv', Buffer.from('a'));
  expect(await propfind(`/${encodeURIComponent('été.mkv'.normalize('NFD'))}`)).toMatch(/^207/);
});

test('Depth infinity is refused beyond the limit with the condition of the RFC', async () => {
  await dav.close();
  dav = await startDav({ limits: { infinityEntries: 3 } });
  const folder = dav.memory.addFolder(0, 'a');
  dav.memory.addFile(folder.id, 'b', 1);
  expect((await propfind('/', { depth: 'infinity' })).match(/<D:response>/g)).toHaveLength(3);
  dav.memory.addFile(folder.id, 'c', 1);
  const refused = await propfind('/', { depth: 'infinity' });
  expect(refused).toMatch(/^403/);
  expect(refused).toContain('<D:propfind-finite-depth/>');
});

test.each([
  ['a document type', '<!DOCTYPE a [<!ENTITY e "x">]><propfind xmlns="DAV:"><allprop/></propfind>'],
  ['an unknown entity', asking('<a>&eacute;</a>')],
  ['an unbound prefix', asking('<x:y/>')],
  ['a prefix bound to nothing', asking('<x:y xmlns:x=""/>')],
  ['an unclosed element', '<propfind xmlns="DAV:">'],
  ['elements too deep', asking('<a>'.repeat(40) + '</a>'.repeat(40))],
  ['too many elements', asking('<a/>'.repeat(6_000))],
  ['another root', '<propertyupdate xmlns="DAV:"/>'],
  ['too many bytes', asking(' '.repeat(300_000))],
])('a body with %s is refused with 400', async (_what, body) => {
  expect(await propfind('/', { body })).toMatch(/^400/);
});

test('a listing of 50,000 entries is sent in pieces and never held as one string', async () => {
  const folder = dav.memory.addFolder(0, 'big');
  for (let index = 0; index < 50_000; index += 1) dav.memory.addFile(folder.id, `Episode ${index}.mkv`, 1);
  const answer = await dav.app.inject({
    method: 'PROPFIND' as 'GET',
    url: '/dav/big',
    headers: { depth: '1' },
    payloadAsStream: true,
  });
  let pieces = 0;
  let largest = 0;
  let entries = 0;
  for await (const piece of answer.stream() as AsyncIterable<Buffer>) {
    pieces += 1;
    largest = Math.max(largest, piece.length);
    entries += piece.toString().split('<D:response>').length - 1;
  }
  // The mark of an entry may be cut in two by the end of a piece.
  expect(entries).toBeGreaterThan(50_000 - pieces);
  expect(largest).toBeLessThan(128 * 1024);
});

test('a listing ends when its client goes away', async () => {
  const file = dav.memory.addFile(0, 'a', 1);
  let ended = false;
  function* endless(): Generator<Entry> {
    try {
      for (;;) yield file;
    } finally {
      ended = true;
    }
  }
  vi.spyOn(dav.memory.library, 'children').mockImplementation(endless);
  await dav.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = dav.app.server.address() as AddressInfo;
  const asked = request({ port, path: '/dav/', method: 'PROPFIND', headers: { depth: '1' } });
  asked.on('response', (answer) => {
    answer.once('data', () => asked.destroy());
  });
  asked.on('error', () => undefined);
  asked.end();
  await expect.poll(() => ended, { timeout: 10_000 }).toBe(true);
});
