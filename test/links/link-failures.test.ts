import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { DOCUMENTED, FILE, LENIENT, LinkRig, MINUTE, OTHER, VIEWER } from './link-rig.ts';

let rig: LinkRig;

beforeEach(() => {
  rig = new LinkRig();
});

afterEach(() => rig.database.close());

describe('a link that cannot be had', () => {
  const retryIn = (ms: number): { retryAt: number } => ({ retryAt: rig.clock.now() + ms });

  test('a file that is still not found is asked for ever less often, once an hour at least', async () => {
    rig.api.answer = () => new BridgeError('file-not-found', 'gone');
    const cache = rig.startCache();
    const askedAt: number[] = [];
    for (let minute = 0; minute < 240; minute += 1) {
      const before = rig.api.sent;
      await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
      if (rig.api.sent > before) askedAt.push(minute);
      await rig.clock.advance(MINUTE);
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    rig.api.answer = () => 'https://a-1.example/p1';
    await rig.clock.advance(60 * MINUTE);
    expect((await cache.get(FILE, VIEWER)).address).toBe('https://a-1.example/p1');
  });

  test('a file that is not found is told of, so that its folder can be looked at', async () => {
    rig.api.answer = (url) => new BridgeError(url === FILE ? 'file-not-found' : 'flood-locked', 'no');
    const gone: string[] = [];
    const cache = rig.startCache(LENIENT, { onFileGone: (url) => gone.push(url) });
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    await expect(cache.get(OTHER, VIEWER)).rejects.toMatchObject({ kind: 'flood-locked' });
    expect(gone).toEqual([FILE]);
  });

  test('a file that is not found is asked for once a minute at most', async () => {
    rig.api.answer = () => new BridgeError('file-not-found', 'gone');
    const cache = rig.startCache();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    }
    expect(rig.api.sent).toBe(1);
    await rig.clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
    expect(rig.api.sent).toBe(2);
  });

  test('when many files are gone, those missing from their folders are asked for later, and the others at once', async () => {
    const gone = (file: number): string => `${FILE}${file}`;
    rig.api.answer = (url) =>
      url === OTHER ? 'https://a-1.example/p' : new BridgeError('file-not-found', 'gone');
    const cache = rig.startCache(LENIENT, { isMissing: (url) => url !== OTHER });
    for (let file = 0; file < 5; file += 1) {
      await expect(cache.get(gone(file), VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
      await rig.clock.advance(1000);
    }
    const retryAt = rig.clock.now() + MINUTE - 5000;
    await expect(cache.get(gone(5), VIEWER)).rejects.toMatchObject({ kind: 'rate-limited', retryAt });
    await expect(cache.get(OTHER, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
    expect(rig.api.sent).toBe(6);
    await rig.clock.advance(MINUTE - 5000);
    await expect(cache.get(gone(5), VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  test('a missing file says nothing about the others', async () => {
    rig.api.answer = (url) =>
      url === FILE ? new BridgeError('file-not-found', 'gone') : 'https://a-1.example/p';
    const cache = rig.startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toThrow(BridgeError);
    await expect(cache.get(OTHER, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
  });

  test('an invalid key stops the calls for every file', async () => {
    rig.api.answer = () => new BridgeError('api-key-invalid', 'no such key');
    const cache = rig.startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'api-key-invalid' });
    await expect(cache.get(OTHER, VIEWER)).rejects.toMatchObject({ kind: 'api-key-invalid' });
    expect(rig.api.sent).toBe(1);
  });

  test('a flood lock stops the calls until it ends', async () => {
    const lock = new BridgeError('flood-locked', 'locked', retryIn(5 * MINUTE));
    rig.api.answer = (_url, count) => (count === 1 ? lock : 'https://a-1.example/p');
    const cache = rig.startCache();
    await expect(cache.get(FILE, VIEWER)).rejects.toBe(lock);
    await rig.clock.advance(4 * MINUTE);
    await expect(cache.get(OTHER, VIEWER)).rejects.toBe(lock);
    expect(rig.api.sent).toBe(1);
    await rig.clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).resolves.toMatchObject({ address: 'https://a-1.example/p' });
  });

  test('an older link nobody refused is used while the API is locked', async () => {
    const cache = rig.startCache(DOCUMENTED);
    const link = await cache.get(FILE, VIEWER);
    await rig.clock.advance(60 * MINUTE);
    rig.api.answer = () => new BridgeError('flood-locked', 'locked', retryIn(5 * MINUTE));
    expect(await cache.get(FILE, VIEWER)).toEqual(link);
    cache.refuse(FILE, link);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'flood-locked' });
  });

  test('a link of a deleted file is not brought back', async () => {
    const cache = rig.startCache(DOCUMENTED);
    await cache.get(FILE, VIEWER);
    await rig.clock.advance(60 * MINUTE);
    rig.api.answer = () => new BridgeError('file-not-found', 'gone');
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  test('fresh links that are refused again and again stop being minted', async () => {
    const cache = rig.startCache();
    const mintAndRefuse = async (): Promise<void> => cache.refuse(FILE, await cache.get(FILE, VIEWER));
    for (let count = 0; count < 3; count += 1) await mintAndRefuse();
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'link-refused' });
    expect(rig.api.sent).toBe(3);
    await rig.clock.advance(MINUTE);
    await mintAndRefuse();
    await rig.clock.advance(MINUTE);
    await expect(cache.get(FILE, VIEWER)).rejects.toMatchObject({ kind: 'link-refused' });
    expect(rig.api.sent).toBe(4);
  });

  test('a failure for which nobody waits any more is no unhandled rejection', async () => {
    rig.api.answer = null;
    const cache = rig.startCache();
    const leaver = new AbortController();
    const left = cache.get(FILE, { priority: 'viewer', signal: leaver.signal });
    const [call] = rig.api.pending;
    call?.send();
    leaver.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    call?.fail(new BridgeError('upstream-unavailable', 'down'));
    await rig.clock.advance(0);
    expect(cache.stats().failed).toBe(1);
  });
});
