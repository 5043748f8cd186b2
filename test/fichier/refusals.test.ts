import { describe, expect, it } from 'vitest';
import { asBridgeError } from '../../src/errors.ts';
import type { BridgeError } from '../../src/errors.ts';
import { API_KEY, apiServer, crawl, ko, testClient, viewer } from './api-server.ts';
import type { Scripted } from './api-server.ts';

const server = apiServer();
const PAGE = 'https://1fichier.com/?2zk5abcd0efg1hij2klm';
const LINK: Scripted = { body: { status: 'OK', url: 'https://a-36.1fichier.com/p1' } };

async function failureOf(call: Promise<unknown>): Promise<BridgeError> {
  return call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => asBridgeError(thrown),
  );
}

/** The failure of a getLink, with all its attempts. */
async function linkFailure(answer: Scripted): Promise<BridgeError> {
  server.answer(answer);
  const { client, clock } = testClient();
  const failure = failureOf(client.getLink(PAGE, viewer));
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(3_000);
  return failure;
}

describe('the error catalogue', () => {
  it.each([
    ['Flood detected: IP Locked #38', 429, 'flood-locked'],
    ['Flood detected: IP Locked #374', 403, 'flood-locked'],
    ['Flood detected: IP Locked #412', 403, 'flood-locked'],
    ['Flood detected: User Locked #223', 403, 'flood-locked'],
    ['Flood detected: User APK Locked', 403, 'flood-locked'],
    ['IP Locked #186', 403, 'flood-locked'],
    ['Not authenticated #247', 401, 'api-key-invalid'],
    ['Bad token', 400, 'api-key-invalid'],
    ['No such user #93', 403, 'api-key-invalid'],
    ['Must be a customer (Premium, Access) #200', 403, 'not-premium'],
    ['Must be a customer (Premium, Access) #236', 200, 'not-premium'],
    ['Owner locked #620', 200, 'file-refused'],
    ['Owner locked #649', 403, 'file-refused'],
    ['Only 1 location allowed at a time #887', 403, 'location-conflict'],
    ['Only 2 locations allowed at a time', 200, 'location-conflict'],
    ['You use professional equipment, you must have CDN credits #913', 403, 'network-refused'],
    ['Premium status is only allowed on residential lines. Use CDN credits #913', 403, 'network-refused'],
    ['Resource not found #469', 404, 'file-not-found'],
    ['Resource not allowed #631', 403, 'file-refused'],
    ['Password not provided. Resource not allowed #1', 403, 'file-refused'],
    ['Invalid password. Resource not allowed #2', 200, 'file-refused'],
    ['Something nobody has seen before #5', 200, 'upstream-refused'],
    ['Something nobody has seen before #5', 403, 'upstream-refused'],
    ['', 410, 'file-not-found'],
    ['', 401, 'api-key-invalid'],
  ])('%j with HTTP %d is %s, and is not repeated', async (message, status, kind) => {
    expect(await linkFailure(ko(message, status))).toMatchObject({ kind });
    expect(server.received).toHaveLength(1);
  });

  it('goes by the text where the number says otherwise', async () => {
    expect(await linkFailure(ko('Resource not found #374', 403))).toMatchObject({ kind: 'file-not-found' });
  });

  it('takes KO in any case for a failure', async () => {
    const answer = {
      body: { status: 'ko', message: 'Resource not found #469', url: 'https://a-1.1fichier.com/p1' },
    };
    expect(await linkFailure(answer)).toMatchObject({ kind: 'file-not-found' });
  });

  it('takes an HTTP error for a failure even when the body says OK', async () => {
    const answer = { status: 403, body: { status: 'OK', url: 'https://a-1.1fichier.com/p1' } };
    expect(await linkFailure(answer)).toMatchObject({ kind: 'upstream-refused' });
  });

  it('says folder where a folder is not found', async () => {
    server.answer(ko('Resource not found #469', 404));
    const { client } = testClient();
    expect(await failureOf(client.listFolder(7, crawl))).toMatchObject({ kind: 'folder-not-found' });
  });

  it.each([
    ['the API knows no such method', '{"status":"KO","message":"Not found #106"}'],
    ['nginx knows no such page', '<html><head><title>404 Not Found</title></head></html>'],
    ['the answer is empty', ''],
  ])(
    'never takes a folder for gone when %s: a renamed endpoint must not empty the library',
    async (_, body) => {
      server.answer({ status: 404, body });
      const { client } = testClient();
      expect(await failureOf(client.listFolder(7, crawl))).toMatchObject({ kind: 'upstream-refused' });
    },
  );

  it('logs the number, and keeps it out of what users see', async () => {
    server.answer(ko('Resource not found #469', 404));
    const { client, logged } = testClient();
    const failure = await failureOf(client.getLink(PAGE, viewer));
    expect(failure.message).toBe('1fichier refused getLink (HTTP 404): Resource not found');
    expect(logged.map((line) => line.details)).toContainEqual(
      expect.objectContaining({ method: 'getLink', httpStatus: 404, number: '469' }),
    );
  });
});

describe('answers that are no answers', () => {
  it.each([
    ['bare text', 'IP Locked', 403, 'flood-locked'],
    ['bare text with HTTP 200', 'IP Locked', 200, 'flood-locked'],
    ['a throttling page', '<html><body>Your requests are too fast</body></html>', 200, 'rate-limited'],
    ['a page about the network', '<p>only allowed on residential lines</p>', 403, 'network-refused'],
    ['a maintenance page', '<h1>Maintenance</h1>', 503, 'upstream-unavailable'],
    ['a forbidding page without a reason', '<h1>403 Forbidden</h1>', 403, 'upstream-refused'],
  ])('%s is understood and not repeated', async (_, body, status, kind) => {
    expect(await linkFailure({ status, body })).toMatchObject({ kind });
    expect(server.received).toHaveLength(1);
  });

  it('says when to come back after maintenance', async () => {
    server.answer({ status: 503, body: '<h1>Maintenance</h1>' });
    const { client, clock } = testClient();
    const failure = await failureOf(client.getLink(PAGE, viewer));
    expect(failure.retryAt).toBe(clock.now() + 300_000);
  });

  it.each([
    ['a page with HTTP 200', '<html>hello</html>', 200, 'malformed-answer'],
    ['truncated JSON', '{"status":"OK","url":"https://a-36.1fich', 200, 'malformed-answer'],
    ['an empty body', '', 200, 'malformed-answer'],
    ['JSON that is no object', '[]', 200, 'malformed-answer'],
    ['a redirect', '', 302, 'malformed-answer'],
    ['an internal error', '', 500, 'upstream-unavailable'],
    ['a bad gateway', '<h1>502</h1>', 502, 'upstream-unavailable'],
    ['a bandwidth limit', '', 509, 'upstream-unavailable'],
  ])('%s is tried three times, then fails', async (_, body, status, kind) => {
    expect(await linkFailure({ status, body })).toMatchObject({ kind });
    expect(server.received).toHaveLength(3);
  });

  it('heals when the next attempt is answered well', async () => {
    server.answer({ status: 502, body: '' }, { body: '{"sta' }, LINK);
    const { client, clock } = testClient();
    const link = client.getLink(PAGE, viewer);
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(1_000);
    expect(await link).toBe('https://a-36.1fichier.com/p1');
  });

  it('gives a silent server up after its time', async () => {
    server.answer(() => new Promise<Response>(() => undefined));
    const { client, clock } = testClient({ timeoutMs: 5_000 });
    const failure = failureOf(client.makeFolder(0, 'new', viewer));
    await clock.advance(5_000);
    expect(await failure).toMatchObject({ kind: 'upstream-unavailable' });
  });

  it('ends a call under way as soon as it is given up', async () => {
    server.answer(() => new Promise<Response>(() => undefined));
    const giveUp = new AbortController();
    const { client, clock } = testClient();
    const failure = failureOf(client.getLink(PAGE, { ...viewer, signal: giveUp.signal }));
    await clock.advance(10);
    giveUp.abort();
    expect(await failure).toMatchObject({ kind: 'cancelled' });
  });
});

describe('the key', () => {
  it('is trimmed', async () => {
    server.answer(LINK);
    await testClient({ apiKey: ` ${API_KEY}\n` }).client.getLink(PAGE, viewer);
    expect(server.received[0]?.headers.get('authorization')).toBe(`Bearer ${API_KEY}`);
  });

  it.each([[''], ['two words'], ['line\nbreak'], ['clé'], ['soft\u00adhyphen']])(
    'is refused unsent when it cannot be one: %j',
    async (apiKey) => {
      const failure = await failureOf(testClient({ apiKey }).client.getLink(PAGE, viewer));
      expect(failure.kind).toBe('api-key-invalid');
      expect(failure.hint).toMatch(/key/);
      expect(server.received).toHaveLength(0);
    },
  );

  it('is not tried again for ten minutes once refused, whoever calls', async () => {
    server.answer(ko('Not authenticated #247', 401), LINK);
    const { client, clock } = testClient();
    await failureOf(client.getLink(PAGE, viewer));
    await clock.advance(599_000);
    for (const priority of ['viewer', 'browse', 'crawl', 'prefetch'] as const) {
      expect(await failureOf(client.getLink(PAGE, { priority }))).toMatchObject({ kind: 'api-key-invalid' });
    }
    expect(server.received).toHaveLength(1);
    await clock.advance(2_000);
    expect(await client.getLink(PAGE, viewer)).toBe('https://a-36.1fichier.com/p1');
  });

  it('can be replaced, and the new one is tried at once', async () => {
    server.answer(ko('Not authenticated #247', 401), LINK);
    const { client } = testClient();
    await failureOf(client.getLink(PAGE, viewer));
    client.useApiKey('anotherKey');
    await client.getLink(PAGE, viewer);
    expect(server.received[1]?.headers.get('authorization')).toBe('Bearer anotherKey');
  });

  it('reaches neither errors nor logs, even when 1fichier echoes it', async () => {
    server.answer(ko(`Not authenticated: ${API_KEY} #247`, 401));
    const { client, logged } = testClient();
    const failure = await failureOf(client.getLink(PAGE, viewer));
    expect(failure.message).toContain('[key]');
    const told = JSON.stringify([failure, failure.message, failure.stack, failure.hint, logged]);
    expect(told).not.toContain(API_KEY);
  });
});
