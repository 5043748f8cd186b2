import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { status, type Behaviour } from './scripted-storage.ts';
import { BYTES, FILE, SIZE, UpstreamStage } from './upstream-stage.ts';

let stage: UpstreamStage;

beforeEach(async () => {
  stage = await UpstreamStage.start();
});

afterEach(() => stage.stop());

const cutAfter =
  (bytes: number): Behaviour =>
  (response, range) => {
    stage.storage.head(response, range);
    response.flushHeaders();
    if (bytes === 0) {
      response.socket?.resetAndDestroy();
      return;
    }
    response.write(BYTES.subarray(range.start, range.start + bytes), () => {
      setImmediate(() => response.socket?.destroy());
    });
  };

describe('a healthy storage host', () => {
  test('a range is asked for as it is, without credentials or compression', async () => {
    await stage.expectExact(1000, 2_500_000);
    expect(stage.storage.requests).toHaveLength(1);
    expect(stage.storage.requests[0]?.range).toBe('bytes=1000-2499999');
    expect(stage.storage.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(stage.storage.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(stage.links.accepted).toBe(1);
    expect(stage.healings).toEqual([]);
  });

  test('a connection read to its end serves the next request', async () => {
    for (let count = 0; count < 20; count += 1)
      await stage.expectExact(count * 100_000, count * 100_000 + 700_000);
    // The one just used may not be free in the same turn of the event loop.
    expect(stage.storage.connectionsOpened).toBeLessThanOrEqual(2);
  });

  test('no byte asked for costs no request', async () => {
    expect(await stage.read(5, 5)).toHaveLength(0);
    expect(stage.storage.requests).toHaveLength(0);
  });

  test('the whole file in place of its beginning is cut at the end of the range', async () => {
    stage.storage.usual = (response) => response.writeHead(200, { 'content-length': SIZE }).end(BYTES);
    await stage.expectExact(0, 1_000_000);
  });

  test('a shorter part than asked for is taken, and the rest asked for', async () => {
    stage.storage.script.push((response, { start }) =>
      stage.storage.serve(response, { start, end: start + 1000 }),
    );
    await stage.expectExact(10, 5000);
    expect(stage.storage.requests.map(({ range }) => range)).toEqual(['bytes=10-4999', 'bytes=1010-4999']);
  });
});

describe('a refused link', () => {
  for (const code of [401, 403, 404, 410]) {
    test(`${code} before the first byte brings one other link`, async () => {
      stage.storage.script.push(status(code));
      await stage.expectExact();
      expect(stage.links.minted).toBe(2);
      expect(stage.healings.map(({ action }) => action)).toEqual(['link-renewed']);
    });

    test(`${code} after a cut in the middle brings one other link and goes on at the exact byte`, async () => {
      stage.storage.script.push(cutAfter(700_000), status(code));
      await stage.expectExact();
      expect(stage.links.minted).toBe(2);
    });
  }

  test('an HTML page with status 200 is never passed on', async () => {
    stage.storage.script.push((response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Expired</h1>'),
    );
    await stage.expectExact();
    expect(stage.links.minted).toBe(2);
  });

  test('an HTML file of the library is served as what it is', async () => {
    stage.storage.usual = (response, range) => {
      stage.storage.head(response, range, { 'content-type': 'text/html' });
      response.end(BYTES.subarray(range.start, range.end));
    };
    const page = { ...FILE, contentType: 'text/html' };
    expect((await stage.read(0, 1000, {}, page)).equals(BYTES.subarray(0, 1000))).toBe(true);
  });

  test('a redirect to a sign-in page brings another link', async () => {
    stage.storage.script.push(status(302, { location: 'https://1fichier.com/login.pl' }));
    await stage.expectExact();
    expect(stage.links.minted).toBe(2);
  });

  test('fresh links refused again and again end the read after two renewals', async () => {
    stage.storage.usual = status(403);
    await expect(stage.read()).rejects.toMatchObject({ kind: 'link-refused' });
    expect(stage.links.minted).toBe(3);
    expect(stage.storage.requests).toHaveLength(4);
  });
});

describe('a storage host in trouble', () => {
  for (const code of [429, 500, 502, 503, 504, 509]) {
    test(`${code} is tried again by the same link`, async () => {
      stage.storage.script.push(status(code));
      await stage.expectExact();
      expect(stage.links.minted).toBe(1);
      expect(stage.healings.map(({ action }) => action)).toEqual(['retried']);
    });
  }

  for (const [place, bytes] of [
    ['first', 0],
    ['middle', 1_234_567],
    ['last', SIZE - 1],
  ] as const) {
    test(`a connection cut at the ${place} byte is resumed there`, async () => {
      stage.storage.script.push(cutAfter(bytes));
      await stage.expectExact();
      expect(stage.links.minted).toBe(1);
    });
  }

  test('a body shorter than promised is resumed where it ended', async () => {
    stage.storage.script.push((response, range) => {
      response.writeHead(206, { 'content-range': `bytes ${range.start}-${range.end - 1}/${SIZE}` });
      response.end(BYTES.subarray(range.start, range.start + 50_000));
    });
    await stage.expectExact();
    expect(stage.storage.requests.at(-1)?.range).toBe(`bytes=50000-${SIZE - 1}`);
  });

  test('a body longer than promised is cut at the end of the range', async () => {
    stage.storage.script.push((response, range) => {
      response.writeHead(206, { 'content-range': `bytes ${range.start}-${range.end - 1}/${SIZE}` });
      response.end(BYTES.subarray(range.start));
    });
    await stage.expectExact(0, 100_000);
  });

  test('a stalled body is dropped and resumed', async () => {
    stage.storage.script.push((response, range) => stage.storage.serve(response, range, 400_000));
    await stage.expectExact(0, SIZE, { stallMs: 100 });
    expect(stage.healings[0]?.action).toBe('resumed');
  });

  test('a host that takes the request and never answers is given up for another try', async () => {
    stage.storage.script.push(() => undefined);
    await stage.expectExact(0, SIZE, { stallMs: 100 });
  });

  test('a link that fails again and again is renewed, for another may lead to another host', async () => {
    stage.links.address = (count) => (count === 1 ? 'http://127.0.0.1:1/p' : `${stage.storage.url}/p`);
    await stage.expectExact();
    expect(stage.links.minted).toBe(2);
  });

  test('patience ends with the last reason', async () => {
    stage.storage.usual = status(503);
    const failure = stage.read(0, SIZE, { patienceMs: 300 });
    await expect(failure).rejects.toMatchObject({ kind: 'patience-exhausted' });
    await expect(failure).rejects.toThrow(/503/);
  });

  test('a host name that cannot be resolved is retried until patience ends', async () => {
    stage.links.address = () => 'http://stage.storage.invalid/p1';
    await expect(stage.read(0, SIZE, { patienceMs: 300 })).rejects.toMatchObject({
      kind: 'patience-exhausted',
    });
  });

  test('a host without TLS at an https link is retried until patience ends', async () => {
    stage.links.address = () => `${stage.storage.url.replace('http:', 'https:')}/p1`;
    await expect(stage.read(0, SIZE, { patienceMs: 300 })).rejects.toMatchObject({
      kind: 'patience-exhausted',
    });
  });
});

describe('a wrong answer', () => {
  const wrongRange =
    (value: string): Behaviour =>
    (response, range) => {
      stage.storage.head(response, range, { 'content-range': value });
      response.end(BYTES.subarray(range.start, range.end));
    };

  test('another part than asked for is not passed on', async () => {
    stage.storage.script.push(wrongRange(`bytes 0-99/${SIZE}`));
    await stage.expectExact(100, 200);
  });

  test('a part that does not say which it is is not passed on', async () => {
    stage.storage.script.push(wrongRange('nonsense'));
    await stage.expectExact(100, 200);
  });

  test('the whole file in place of its middle is not passed on', async () => {
    stage.storage.script.push((response) => response.writeHead(200, { 'content-length': SIZE }).end(BYTES));
    await stage.expectExact(100, 200_000);
  });

  test('an encoded body is not passed on', async () => {
    stage.storage.script.push((response, range) => {
      stage.storage.head(response, range, { 'content-encoding': 'gzip' });
      response.end(BYTES.subarray(range.start, range.end));
    });
    await stage.expectExact();
  });

  test('a file of another size is believed when a fresh link says so too', async () => {
    stage.storage.usual = wrongRange(`bytes 0-${SIZE - 1}/${SIZE + 1}`);
    await expect(stage.read()).rejects.toMatchObject({ kind: 'content-changed' });
    expect(stage.links.minted).toBe(2);
  });

  test('a file said to be of another size once is read again', async () => {
    stage.storage.script.push(wrongRange(`bytes 0-${SIZE - 1}/${SIZE + 1}`));
    await stage.expectExact();
  });

  test('416 with the size of another file means that the file has changed', async () => {
    stage.storage.usual = status(416, { 'content-range': 'bytes */10' });
    await expect(stage.read(100, 200)).rejects.toMatchObject({ kind: 'content-changed' });
  });
});

describe('redirects', () => {
  test('one is followed, with the range and without credentials', async () => {
    stage.storage.script.push((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    await stage.expectExact(10, 20);
    expect(stage.storage.requests[1]).toMatchObject({ path: '/elsewhere', range: 'bytes=10-19' });
  });

  test('a loop of them counts as a refusal', async () => {
    stage.storage.usual = status(302, { location: '/again' });
    await expect(stage.read()).rejects.toMatchObject({ kind: 'link-refused' });
  });

  for (const target of [
    'http://10.0.0.1/',
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'file:///etc/passwd',
  ]) {
    test(`${target} is not followed`, async () => {
      stage.storage.script.push(status(302, { location: target }));
      await stage.expectExact(0, 100, { allowPrivateHosts: false });
      expect(stage.healings.map(({ action }) => action)).toEqual(['link-renewed']);
    });
  }
});

describe('the API in trouble', () => {
  test('a flood lock that ends within the patience is waited out', async () => {
    stage.links.failures.push(new BridgeError('flood-locked', 'locked', { retryAt: Date.now() + 100 }));
    await stage.expectExact();
    expect(stage.healings.map(({ action }) => action)).toEqual(['waited']);
  });

  test('a flood lock beyond the patience is said at once', async () => {
    stage.links.failures.push(new BridgeError('flood-locked', 'locked', { retryAt: Date.now() + 600_000 }));
    await expect(stage.read()).rejects.toMatchObject({ kind: 'flood-locked' });
  });

  test('a failure that may pass is asked again', async () => {
    stage.links.failures.push(new BridgeError('upstream-unavailable', 'down'));
    await stage.expectExact();
  });

  for (const kind of ['api-key-invalid', 'not-premium', 'file-not-found', 'file-refused'] as const) {
    test(`${kind} is said at once`, async () => {
      stage.links.failures.push(new BridgeError(kind, 'no'));
      await expect(stage.read()).rejects.toMatchObject({ kind });
      expect(stage.storage.requests).toHaveLength(0);
    });
  }
});
