import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { entityTag } from '../../src/library/entry.ts';
import { fakeBytes } from '../support/fake-content.ts';
import { testServer, type TestServer } from '../support/http-server.ts';

const MODIFIED = 'Thu, 15 Jan 2026 20:30:00 GMT';
const EARLIER = 'Thu, 15 Jan 2026 20:29:59 GMT';

function filmServer(size = 1000): TestServer & { url: string; tag: string } {
  const parts = testServer();
  const film = parts.library.addFile('/Films/Film.mkv', { size });
  return { ...parts, url: `/stream/${film.id}/Film.mkv`, tag: entityTag(film) };
}

describe('serving a whole file', () => {
  it('sends all its bytes with the headers that players and caches need', async () => {
    const { server, url, tag } = filmServer();
    const answer = await server.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(fakeBytes({ start: 0, end: 1000 }))).toBe(true);
    expect(answer.headers).toMatchObject({
      etag: tag,
      'last-modified': MODIFIED,
      'accept-ranges': 'bytes',
      'content-type': 'video/x-matroska',
      'content-length': '1000',
      'content-disposition': 'inline; filename="Film.mkv"',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers HEAD like GET without reading a byte', async () => {
    const { server, url, reader } = filmServer();
    const [get, head] = await Promise.all([
      server.inject({ url }),
      server.inject({ method: 'HEAD', url, headers: { range: 'bytes=0-1' } }),
    ]);
    expect(head.statusCode).toBe(200);
    expect(head.rawPayload.length).toBe(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
    expect(reader.requests.length).toBe(1);
  });

  it('serves the same file under its library path', async () => {
    const { server, url } = filmServer();
    const [byId, byPath] = await Promise.all([
      server.inject({ url }),
      server.inject({ url: '/library/Films/Film.mkv' }),
    ]);
    expect(byPath.rawPayload.equals(byId.rawPayload)).toBe(true);
    expect(byPath.headers.etag).toBe(byId.headers.etag);
  });

  it('ignores the name in a stream address', async () => {
    const { server, url } = filmServer();
    const renamed = url.replace('Film.mkv', 'Another%20name/with%20slash.avi');
    expect((await server.inject({ url: renamed })).statusCode).toBe(200);
  });

  it('serves an empty file without asking the reader', async () => {
    const { server, url, reader } = filmServer(0);
    const answer = await server.inject({ url, headers: { range: 'bytes=0-' } });
    expect(answer.statusCode).toBe(416);
    const whole = await server.inject({ url });
    expect(whole.statusCode).toBe(200);
    expect(whole.headers['content-length']).toBe('0');
    expect(reader.requests.length).toBe(0);
  });

  it('offers to save the file when asked to', async () => {
    const { server, url } = filmServer();
    const answer = await server.inject({ url: `${url}?download=1` });
    expect(answer.headers['content-disposition']).toBe('attachment; filename="Film.mkv"');
  });

  it.each(['Été "à la" mer 🎬.mkv', 'a\r\nSet-Cookie: x=1.mkv', "%41'*;.mkv"])(
    'keeps the name %j within its header',
    async (name) => {
      const { server, library } = testServer();
      const file = library.addFile('/x', { name });
      const answer = await server.inject({ url: `/stream/${file.id}/x` });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).not.toHaveProperty('set-cookie');
      const disposition = String(answer.headers['content-disposition']);
      const extended = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
      if (extended === undefined) expect(disposition).toContain(name);
      else expect(decodeURIComponent(extended)).toBe(name);
    },
  );

  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml'])(
    'gives %s from the account an origin of its own, without scripts',
    async (contentType) => {
      const { server, library } = testServer();
      const file = library.addFile('/page', { contentType });
      const answer = await server.inject({ url: `/stream/${file.id}/page` });
      expect(answer.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    },
  );

  it('sends an unreadable media type as plain bytes', async () => {
    const { server, library } = testServer();
    const file = library.addFile('/x', { contentType: 'text/html\r\nx: y' });
    const answer = await server.inject({ url: `/stream/${file.id}/x` });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
  });

  it('answers 404 for an unknown id and 405 for a method it does not know', async () => {
    const { server, url } = filmServer();
    expect((await server.inject({ url: '/stream/nothing/x' })).statusCode).toBe(404);
    const post = await server.inject({ method: 'POST', url });
    expect(post.statusCode).toBe(405);
    expect(post.headers.allow).toBe('GET, HEAD');
  });
});

describe('ranges (RFC 9110 section 14)', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=990-', 990, 1000],
    ['bytes=990-5000', 990, 1000],
    ['bytes=-5', 995, 1000],
    ['bytes=-5000', 0, 1000],
    ['bytes=0-4,5-9', 0, 10],
  ])('answers %s with just those bytes', async (range, start, end) => {
    const { server, url } = filmServer();
    const answer = await server.inject({ url, headers: { range } });
    expect(answer.statusCode).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000`);
    expect(answer.headers['content-length']).toBe(String(end - start));
    expect(answer.rawPayload.equals(fakeBytes({ start, end }))).toBe(true);
  });

  it('answers several ranges with a multipart body of the announced length', async () => {
    const { server, url } = filmServer();
    const answer = await server.inject({ url, headers: { range: 'bytes=0-9,500-504,-3' } });
    expect(answer.statusCode).toBe(206);
    expect(answer.headers).not.toHaveProperty('content-range');
    expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length));
    const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
      String(answer.headers['content-type']),
    )?.[1];
    const text = answer.rawPayload.toString('latin1');
    expect(text.endsWith(`\r\n--${String(boundary)}--\r\n`)).toBe(true);
    const part = `Content-Type: video/x-matroska\r\nContent-Range: bytes 500-504/1000\r\n\r\n`;
    const bytes = fakeBytes({ start: 500, end: 505 }).toString('latin1');
    expect(text).toContain(`--${String(boundary)}\r\n${part}${bytes}\r\n--`);
  });

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])(
    'answers %s with 416 and the size, and reads nothing',
    async (range) => {
      const { server, url, reader } = filmServer();
      const answer = await server.inject({ url, headers: { range } });
      expect(answer.statusCode).toBe(416);
      expect(answer.headers['content-range']).toBe('bytes */1000');
      expect(reader.requests.length).toBe(0);
    },
  );

  it.each(['bytes=abc', 'bytes=9-1', 'pages=1-2', 'bytes='])('ignores the malformed %s', async (range) => {
    const { server, url } = filmServer();
    const answer = await server.inject({ url, headers: { range } });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.length).toBe(1000);
  });
});

describe('preconditions (RFC 9110 section 13.2.2)', () => {
  const other = '"another"';
  it.each([
    ['If-Match with the tag lets through', { 'if-match': 'TAG' }, 200],
    ['If-Match with * lets through', { 'if-match': '*' }, 200],
    ['If-Match with another tag fails', { 'if-match': other }, 412],
    ['If-Match compares strongly: a weak tag fails', { 'if-match': 'W/TAG' }, 412],
    ['If-Match wins over If-Unmodified-Since', { 'if-match': 'TAG', 'if-unmodified-since': EARLIER }, 200],
    ['If-Unmodified-Since before the change fails', { 'if-unmodified-since': EARLIER }, 412],
    ['If-Unmodified-Since at the change lets through', { 'if-unmodified-since': MODIFIED }, 200],
    ['If-Unmodified-Since that is no date is ignored', { 'if-unmodified-since': '2026-01-01' }, 200],
    ['If-None-Match with the tag means not modified', { 'if-none-match': `${other}, TAG` }, 304],
    ['If-None-Match with * means not modified', { 'if-none-match': '*' }, 304],
    ['If-None-Match compares weakly', { 'if-none-match': 'W/TAG' }, 304],
    ['If-None-Match with another tag lets through', { 'if-none-match': other }, 200],
    [
      'If-None-Match wins over If-Modified-Since',
      { 'if-none-match': other, 'if-modified-since': MODIFIED },
      200,
    ],
    ['If-Modified-Since at the change means not modified', { 'if-modified-since': MODIFIED }, 304],
    ['If-Modified-Since before the change lets through', { 'if-modified-since': EARLIER }, 200],
    [
      'If-Modified-Since reads the old forms of dates',
      { 'if-modified-since': 'Thu Jan 15 20:30:00 2026' },
      304,
    ],
    ['If-Match is weighed before If-None-Match', { 'if-match': other, 'if-none-match': 'TAG' }, 412],
    [
      'If-Match that holds leaves the word to If-None-Match',
      { 'if-match': 'TAG', 'if-none-match': 'TAG' },
      304,
    ],
    ['a 304 comes before a 416', { 'if-none-match': 'TAG', range: 'bytes=9999-' }, 304],
    ['If-Range with the tag obeys Range', { 'if-range': 'TAG', range: 'bytes=0-1' }, 206],
    ['If-Range with a weak tag gives the whole', { 'if-range': 'W/TAG', range: 'bytes=0-1' }, 200],
    ['If-Range with another tag gives the whole', { 'if-range': other, range: 'bytes=0-1' }, 200],
    ['If-Range with the very date obeys Range', { 'if-range': MODIFIED, range: 'bytes=0-1' }, 206],
    ['If-Range with another date gives the whole', { 'if-range': EARLIER, range: 'bytes=0-1' }, 200],
    ['If-Range that fails spares a 416', { 'if-range': other, range: 'bytes=9999-' }, 200],
  ])('%s', async (_rule, headers, status) => {
    const { server, url, tag, reader } = filmServer();
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('TAG', tag)]),
    );
    const answer = await server.inject({ url, headers: filled });
    expect(answer.statusCode).toBe(status);
    if (status === 304) expect(answer.headers.etag).toBe(tag);
    expect(reader.requests.length).toBe(status < 300 ? 1 : 0);
  });
});

describe('failures', () => {
  it('before the first byte become a status, with what to do', async () => {
    const { server, url, reader } = filmServer();
    reader.failOpen = new BridgeError('flood-locked', 'locked', { retryAt: Date.now() + 90_000 });
    const answer = await server.inject({ url, headers: { range: 'bytes=5-' } });
    expect(answer.statusCode).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(60);
    expect(answer.headers).not.toHaveProperty('content-range');
    expect(answer.json()).toMatchObject({ error: 'flood-locked', message: 'locked', retryable: true });
  });

  it('that nobody foresaw tell nothing of the inside', async () => {
    const { server, url, reader } = filmServer();
    reader.failOpen = new Error('secret https://storage.test/p1');
    const answer = await server.inject({ url });
    expect(answer.statusCode).toBe(500);
    expect(answer.payload).not.toContain('secret');
  });
});

describe('redirect mode', () => {
  function redirectServer(): TestServer & { url: string } {
    const parts = testServer({ settings: { streamMode: 'redirect' } });
    const film = parts.library.addFile('/Film.mkv');
    return { ...parts, url: `/stream/${film.id}/Film.mkv` };
  }

  it('sends GET to the direct link and lets nobody keep or pass on the address', async () => {
    const { server, url, reader, links } = redirectServer();
    const answer = await server.inject({ url, headers: { range: 'bytes=5-' } });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers).toMatchObject({
      location: links.address,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(reader.requests.length).toBe(0);
  });

  it('answers HEAD, 304 and 416 itself', async () => {
    const { server, url, links } = redirectServer();
    expect((await server.inject({ method: 'HEAD', url })).statusCode).toBe(200);
    expect((await server.inject({ url, headers: { 'if-none-match': '*' } })).statusCode).toBe(304);
    expect((await server.inject({ url, headers: { range: 'bytes=5000-' } })).statusCode).toBe(416);
    expect(links.minted.length).toBe(0);
  });

  it('can be chosen by the client only where that is allowed', async () => {
    const { server, url } = redirectServer();
    expect((await server.inject({ url: `${url}?mode=proxy` })).statusCode).toBe(200);
    expect((await server.inject({ url: `${url}?mode=other` })).statusCode).toBe(400);
    const strict = testServer({ settings: { modeByQuery: false } });
    const film = strict.library.addFile('/Film.mkv');
    const refused = await strict.server.inject({ url: `/stream/${film.id}/x?mode=redirect` });
    expect(refused.statusCode).toBe(400);
  });

  it('never shows the direct link in the log', async () => {
    const { server, url, links, logged } = redirectServer();
    await server.inject({ url });
    expect(logged.join('')).not.toContain(links.address);
  });
});
