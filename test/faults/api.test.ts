import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import type { ApiFaults } from '../../src/emulator/api-faults.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { get, getRange, type WholeBridge } from '../support/whole-bridge.ts';
import { expectRefusal, expectUnbroken, FILM, FILM_SIZE, MIDDLE, startCinema } from './playing.ts';

type ApiFault = Parameters<ApiFaults['next']>[0];

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startCinema();
  whole.emulator.resetCounts();
});

afterEach(async () => {
  await whole.close();
});

/** Gets the film a direct link and its first bytes into the cache. */
async function beginToPlay(): Promise<void> {
  expect((await getRange(whole, FILM, 0, 1000)).status).toBe(206);
}

describe('the film begins all the same when the API, asked for its link,', () => {
  const passing: readonly (readonly [string, ApiFault])[] = [
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 502', { kind: 'status', status: 502 }],
    ['answers 200 with a page', { kind: 'html' }],
    ['sends truncated JSON', { kind: 'truncated' }],
    ['resets the connection', { kind: 'reset' }],
    ['hangs for 30 seconds', { kind: 'hang', forMs: 30_000 }],
  ];
  test.each(passing)('%s', async (_, fault) => {
    whole.emulator.apiFaults.next(fault, { endpoint: 'get_token' });
    await expectUnbroken(whole, { links: 2 });
  });
});

describe('the failure is said at once, with what to do, when the API, asked for a link,', () => {
  test('does not know the key any more', async () => {
    whole.emulator.apiFaults.always({ kind: 'ko', ko: 'not-authenticated' });
    await expectRefusal(whole, 502, 'api-key-invalid');
    await expectRefusal(whole, 502, 'api-key-invalid');
    expect(whole.emulator.counts().api['get_token']).toBe(1);
  });

  test('is closed for maintenance, which lasts longer than a viewer waits', async () => {
    whole.emulator.apiFaults.always({ kind: 'html', status: 503 });
    await expectRefusal(whole, 502, 'upstream-unavailable');
  });

  test('says that the account is free', async () => {
    whole.emulator.apiFaults.always({ kind: 'ko', ko: 'must-be-customer' });
    await expectRefusal(whole, 502, 'not-premium');
  });

  test('says that the file is gone, and is not asked again for a while', async () => {
    whole.emulator.apiFaults.always({ kind: 'ko', ko: 'resource-not-found' });
    await expectRefusal(whole, 404, 'file-not-found');
    await expectRefusal(whole, 404, 'file-not-found');
    expect(whole.emulator.counts().api['get_token']).toBe(1);
  });

  test('says that the file is gone: its folder is read again at once', async () => {
    const { library } = whole.bridge.account;
    const film = library.entryAt('/film.mkv');
    expect(film?.kind).toBe('file');
    if (film?.kind === 'file') whole.emulator.account.removeFile(film.url);
    await expectRefusal(whole, 404, 'file-not-found');
    await expect.poll(() => library.crawlStatus().entriesMissing, { timeout: 20_000 }).toBe(1);
  });

  test('has locked the account for longer than a viewer waits', async () => {
    whole.emulator.lockApi(3600);
    await expectRefusal(whole, 503, 'flood-locked');
    const calls = whole.emulator.counts().apiCalls;
    await expectRefusal(whole, 503, 'flood-locked');
    expect(whole.emulator.counts().apiCalls, 'no call is made while locked').toBe(calls);
  });
});

describe('who plays already plays on when', () => {
  test('the API locks everyone out', async () => {
    await beginToPlay();
    whole.emulator.lockApi(3600);
    await expectUnbroken(whole, { links: 1 });
  });

  test('the key is revoked', async () => {
    await beginToPlay();
    whole.emulator.apiFaults.always({ kind: 'ko', ko: 'not-authenticated' });
    await expectUnbroken(whole, { links: 1 });
  });

  test('every call of the API hangs', async () => {
    await beginToPlay();
    whole.emulator.apiFaults.always({ kind: 'hang' });
    await expectUnbroken(whole, { links: 1 });
  });

  test('the file is moved and renamed', async () => {
    await beginToPlay();
    const { account } = whole.emulator;
    const folder = account.addFolder(0, 'Seen');
    const [url] = Object.keys(whole.emulator.counts().files);
    const file = whole.bridge.account.library.entryAt('/film.mkv');
    expect(file?.kind).toBe('file');
    if (file?.kind !== 'file' || url === undefined) return;
    account.moveFile(url, folder);
    await whole.bridge.account.library.refresh(0, { recursive: true, priority: 'crawl' });
    const { body } = await get(whole, `/stream/${file.id}/film.mkv`);
    expect(body.equals(syntheticBytes('film', 0, FILM_SIZE))).toBe(true);
    expect(whole.emulator.counts().api['get_token']).toBe(1);
  });
});

describe('no wrong byte is served when', () => {
  test('the file is deleted while it plays and its link dies: the body is cut', async () => {
    await beginToPlay();
    whole.emulator.faults.next({ kind: 'reset', afterBytes: MIDDLE });
    whole.emulator.faults.next({ kind: 'expire' });
    whole.emulator.apiFaults.always({ kind: 'ko', ko: 'resource-not-found' });
    const answer = await whole.pool.request({ method: 'GET', path: FILM });
    const chunks: Buffer[] = [];
    await expect(
      (async () => {
        for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
      })(),
    ).rejects.toThrow();
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).toBeLessThan(FILM_SIZE);
    expect(bytes.equals(syntheticBytes('film', 0, bytes.length))).toBe(true);
  });

  test('another file takes the place of the one that was played', async () => {
    await expectUnbroken(whole, { links: 1 });
    const { account } = whole.emulator;
    const [url] = Object.keys(whole.emulator.counts().files);
    expect(url).toBeDefined();
    if (url !== undefined) account.removeFile(url);
    account.addFile(0, 'film.mkv', syntheticContent('remake', FILM_SIZE));
    const { library } = whole.bridge.account;
    await library.refresh(0, { recursive: false, priority: 'crawl' });
    const names = [...library.children(0)].map((entry) => entry.name);
    const bodies = await Promise.all(names.map((name) => get(whole, `/library/${encodeURIComponent(name)}`)));
    const served = bodies.map(({ body }) =>
      body.equals(syntheticBytes('remake', 0, FILM_SIZE)) ? 'new' : 'old',
    );
    expect(served).toContain('new');
    for (const { status, body } of bodies) {
      const known = ['film', 'remake'].some((seed) => body.equals(syntheticBytes(seed, 0, FILM_SIZE)));
      expect(status !== 200 || known).toBe(true);
    }
  });
});
