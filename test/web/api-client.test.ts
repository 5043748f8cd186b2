import { describe, expect, it } from 'vitest';
import { Addresses } from '../../src/web/client/api/addresses.ts';
import { ApiClient, asFailure, isAbort, RequestFailure } from '../../src/web/client/api/client.ts';
import { fileEntry } from './entries.ts';

interface Asked {
  readonly url: string;
  readonly options: RequestInit;
}

/** A client before a bridge that gives this answer to everything. */
function clientFor(answer: () => Response | Promise<Response>) {
  const asked: Asked[] = [];
  let signedOut = 0;
  const client = new ApiClient({
    base: 'http://proxy/below/',
    onSignedOut: () => (signedOut += 1),
    fetch: (input, options = {}) => {
      asked.push({ url: input instanceof Request ? input.url : String(input), options });
      return Promise.resolve().then(answer);
    },
  });
  return { client, asked, signedOut: () => signedOut };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

function failure(promise: Promise<unknown>): Promise<RequestFailure> {
  return promise.then(() => Promise.reject(new Error('it did not fail')), asFailure);
}

describe('a request of the page', () => {
  it('goes below the path of a proxy, with the parameters that are given, and asks for no window for a password', async () => {
    const { client, asked } = clientFor(() => json({ ok: true }));
    const parameters = { path: '/a & b', offset: 0, sort: undefined };
    expect(await client.get('entries', parameters)).toEqual({ ok: true });
    expect(asked[0]?.url).toBe('http://proxy/below/api/v1/entries?path=%2Fa+%26+b&offset=0');
    expect(asked[0]?.options).toMatchObject({
      method: 'GET',
      credentials: 'same-origin',
      headers: { 'x-requested-with': 'fetch' },
    });
    expect(asked[0]?.options.body).toBeUndefined();
  });

  it('sends its body as JSON, and takes an answer without one', async () => {
    const { client, asked } = clientFor(() => new Response(null, { status: 204 }));
    expect(await client.post('session', { token: 'x' })).toBeUndefined();
    expect(asked[0]?.options).toMatchObject({
      method: 'POST',
      body: '{"token":"x"}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('fails with the words of the bridge, as a sentence', async () => {
    const problem = { error: 'flood-locked', message: 'the API is locked', hint: 'Wait.' };
    const { client } = clientFor(() => json(problem, 503));
    expect(await failure(client.get('entries'))).toMatchObject({
      kind: 'flood-locked',
      message: 'The API is locked.',
      hint: 'Wait.',
    });
  });

  it.each([
    ['the page of a proxy', () => new Response('<html>Bad gateway</html>', { status: 502 })],
    ['JSON of someone else', () => json({ detail: 'no' }, 404)],
    ['a page in place of an answer', () => new Response('<html>Welcome</html>')],
  ])('says so when it gets %s', async (_what, answer) => {
    const { client } = clientFor(answer);
    expect(await failure(client.get('entries'))).toMatchObject({
      kind: 'unreadable',
      message: 'The answer did not come from the bridge.',
    });
  });

  it('says that the bridge does not answer when none comes', async () => {
    const { client } = clientFor(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await failure(client.get('entries'))).toMatchObject({ kind: 'offline' });
  });

  it('stays an abort when the page gave it up', async () => {
    const { client } = clientFor(() => Promise.reject(new DOMException('', 'AbortError')));
    const error: unknown = await client.get('entries').catch((thrown: unknown) => thrown);
    expect(isAbort(error)).toBe(true);
  });

  it('tells that the person is signed out, but not when it was the sign-in that failed', async () => {
    const { client, signedOut } = clientFor(() => json({ error: 'unauthorized', message: 'no' }, 401));
    await failure(client.post('session', {}));
    expect(signedOut()).toBe(0);
    await failure(client.get('entries'));
    expect(signedOut()).toBe(1);
  });
});

describe('addresses of a file', () => {
  const addresses = new Addresses('http://proxy/below/');

  it('lie below the path of a proxy and keep the signature', () => {
    const file = fileEntry({ stream: '/stream/abc/Film.mkv?sig=s' });
    expect(addresses.stream(file)).toBe('http://proxy/below/stream/abc/Film.mkv?sig=s');
    expect(addresses.download(file)).toBe('http://proxy/below/stream/abc/Film.mkv?sig=s&download=1');
    expect(addresses.download(fileEntry())).toMatch(/\?download=1$/);
  });

  it('name what the bridge is to make of the film', () => {
    const file = fileEntry();
    expect(addresses.made(file, { start: 1.5, audio: 2, hevc: true })).toMatch(
      /play\.mp4\?start=1\.500&audio=2&accept=hevc$/,
    );
    expect(addresses.made(file, { start: 0, audio: null, hevc: false })).toMatch(/play\.mp4\?start=0\.000$/);
  });
});
