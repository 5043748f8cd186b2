import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

/** What the file managers of desktops send, request by request, as their public traces show it. */
const TOKEN = 'token-of-the-desktop';
const BASIC = `Basic ${Buffer.from(`anyone:${TOKEN}`).toString('base64')}`;

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startWholeBridge((account) => void account.addFolder(0, 'Films'), {
    env: { BRIDGE_WRITE: 'true', BRIDGE_TOKEN: TOKEN },
  });
});

afterEach(() => whole.close());

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Readable;
  readonly authorization?: string | null;
}

async function send(method: string, path: string, { headers = {}, body, authorization = BASIC }: Sent = {}) {
  const answer = await whole.pool.request({
    method: method,
    path,
    headers: { ...headers, ...(authorization === null ? {} : { authorization }) },
    body: body ?? null,
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

/** In chunks, as a body of no length is sent. */
function chunked(...parts: readonly string[]): Readable {
  return Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );
}

const LOCK_BODY =
  '<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype><D:owner><D:href>http://www.apple.com/webdav_fs/</D:href></D:owner></D:lockinfo>';
const FINDER = { 'user-agent': 'WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)' };
const XML = { 'content-type': 'text/xml; charset=utf-8' };

/** PUT of nothing, LOCK, PUT of the content in chunks, UNLOCK: how Finder copies one file. */
async function finderCopies(path: string, content: string): Promise<void> {
  expect((await send('PROPFIND', path, { headers: { ...FINDER, ...XML, depth: '0' } })).status).toBe(404);
  expect((await send('PUT', path, { headers: { ...FINDER, 'content-length': '0' } })).status).toBe(201);
  const lock = { ...FINDER, ...XML, depth: '0', timeout: 'Second-600' };
  const locked = await send('LOCK', path, { headers: lock, body: LOCK_BODY });
  expect(locked.status).toBe(200);
  const token = String(locked.headers['lock-token']);
  const headers = {
    ...FINDER,
    if: `(${token})`,
    'x-expected-entity-length': String(content.length),
  };
  const put = await send('PUT', path, { headers, body: chunked(content.slice(0, 3), content.slice(3)) });
  expect(put.status).toBe(204);
  expect((await send('UNLOCK', path, { headers: { ...FINDER, 'lock-token': token } })).status).toBe(204);
}

test('Finder copies a film with its bookkeeping, which costs no upload, and sees the film where it put it', async () => {
  const options = await send('OPTIONS', '/dav/', { headers: FINDER });
  expect(options.headers['dav']).toBe('1, 2, 3');
  const quota =
    '<D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>';
  const room = await send('PROPFIND', '/dav/', { headers: { ...FINDER, ...XML, depth: '0' }, body: quota });
  expect(room.text).toMatch(/<D:quota-available-bytes>\d+</);
  await finderCopies('/dav/Films/._Film.mkv', 'Mac OS X        attributes');
  await finderCopies('/dav/Films/.DS_Store', 'bookkeeping');
  expect(whole.emulator.counts().uploadNode['upload.cgi'] ?? 0).toBe(0);
  await finderCopies('/dav/Films/Film.mkv', 'the film itself');
  expect(whole.emulator.counts().uploadNode['upload.cgi']).toBe(1);
  expect((await send('GET', '/dav/Films/Film.mkv')).text).toBe('the film itself');
  const listed = (await send('PROPFIND', '/dav/Films/', { headers: { ...FINDER, ...XML, depth: '1' } })).text;
  for (const name of ['Film.mkv', '._Film.mkv', '.DS_Store'])
    expect(listed.split(`/${name}<`)).toHaveLength(2);
});

const EXPLORER = { 'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.22631', translate: 'f' };

test('Windows asks the root of the server what it is, is challenged, and then maps and writes to the folder', async () => {
  const unknown = await send('OPTIONS', '/', { headers: EXPLORER, authorization: null });
  expect(unknown.status).toBe(401);
  expect(String(unknown.headers['www-authenticate'])).toContain('Basic realm=');
  for (const path of ['/', '/dav', '/dav/']) {
    const { status, headers } = await send('OPTIONS', path, { headers: EXPLORER });
    expect({ path, status, author: headers['ms-author-via'] }).toEqual({ path, status: 200, author: 'DAV' });
    expect(headers['dav']).toContain('2');
  }
  const found = await send('PROPFIND', '/dav', {
    headers: { ...EXPLORER, depth: '0', 'content-length': '0' },
  });
  expect(found.status).toBe(207);
  expect(found.text).toContain('<D:collection/>');

  const path = '/dav/Films/New%20Film.mkv';
  expect((await send('PUT', path, { headers: { ...EXPLORER, 'content-length': '0' } })).status).toBe(201);
  const lock = { ...EXPLORER, ...XML, timeout: 'Second-3600' };
  const locked = await send('LOCK', path, { headers: lock, body: LOCK_BODY });
  const token = String(locked.headers['lock-token']);
  const times =
    '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>' +
    '<Z:Win32CreationTime>Wed, 25 Nov 2026 00:00:00 GMT</Z:Win32CreationTime>' +
    '<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>';
  const held = { ...EXPLORER, if: `(${token})` };
  expect((await send('HEAD', path, { headers: EXPLORER })).status).toBe(200);
  expect((await send('PUT', path, { headers: held, body: 'the film' })).status).toBe(204);
  const patched = await send('PROPPATCH', path, { headers: { ...held, ...XML }, body: times });
  expect(patched.text).toContain('200 OK');
  expect((await send('UNLOCK', path, { headers: { ...EXPLORER, 'lock-token': token } })).status).toBe(204);
  expect((await send('GET', path, { headers: EXPLORER })).text).toBe('the film');
});

test('a file is found where a client put it, whatever characters 1fichier refuses', async () => {
  const name = encodeURIComponent('Schindler\'s "List" <1993> $ `x`.mkv');
  expect((await send('PUT', `/dav/Films/${name}`, { body: 'the film' })).status).toBe(201);
  expect((await send('GET', `/dav/Films/${name}`)).text).toBe('the film');
  expect((await send('PUT', `/dav/Films/${name}`, { body: 'the film again' })).status).toBe(204);
  const folder = encodeURIComponent("It's a folder");
  expect((await send('MKCOL', `/dav/${folder}`)).status).toBe(201);
  const destination = `/dav/${folder}/moved%27s.mkv`;
  expect((await send('MOVE', `/dav/Films/${name}`, { headers: { destination } })).status).toBe(201);
  expect((await send('GET', destination)).text).toBe('the film again');
  expect((await send('DELETE', `/dav/${folder}`)).status).toBe(204);
});

test('of two names that differ in case only the second is refused with the first one’s, and nothing is left of it', async () => {
  expect((await send('PUT', '/dav/A.txt', { body: 'first' })).status).toBe(201);
  for (const attempt of [
    send('PUT', '/dav/a.txt', { body: 'second' }),
    send('PUT', '/dav/a.txt', { headers: { 'content-length': '0' } }),
    send('LOCK', '/dav/a.txt', { headers: XML, body: LOCK_BODY }),
    send('MKCOL', '/dav/a.TXT'),
    send('COPY', '/dav/A.txt', { headers: { destination: '/dav/a.txt' } }),
  ]) {
    const { status, text } = await attempt;
    expect(status).toBe(409);
    expect(text).toContain('already an entry named A.txt');
  }
  expect((await send('GET', '/dav/a.txt')).status).toBe(404);
  expect((await send('GET', '/dav/A.txt')).text).toBe('first');
  expect((await send('MOVE', '/dav/A.txt', { headers: { destination: '/dav/a.txt' } })).status).toBe(201);
  expect((await send('GET', '/dav/a.txt')).text).toBe('first');
});

test('Depth infinity is a matter of a setting', async () => {
  const headers = { depth: 'infinity' };
  expect((await send('PROPFIND', '/dav/', { headers })).status).toBe(207);
  await whole.close();
  whole = await startWholeBridge((account) => void account.addFolder(0, 'Films'), {
    env: { BRIDGE_DAV_INFINITY: '0', BRIDGE_TOKEN: TOKEN },
  });
  const refused = await send('PROPFIND', '/dav/', { headers });
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('<D:propfind-finite-depth/>');
});
