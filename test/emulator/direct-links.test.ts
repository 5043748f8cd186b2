import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { bytesContent, syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { emulatorForTest, link } from './api-client.ts';
import { openRaw } from './raw-http.ts';

const SIZE = 1_000_000;
const FILM = syntheticContent('film', SIZE);
const MINUTE_MS = 60_000;

describe('a direct link', () => {
  test('dies unused after 5 minutes (quirk 35)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    const url = emulator.account.addFile(0, 'a.mkv', FILM);
    const [used, unused] = [await link(emulator, url), await link(emulator, url)];
    await clock.advance(5 * MINUTE_MS);
    expect((await fetch(used)).status).toBe(200);
    await clock.advance(1);
    expect((await fetch(unused)).status).toBe(410);
  });

  test('once used, serves for 30 minutes from then (quirk 35)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', FILM));
    await clock.advance(4 * MINUTE_MS);
    expect((await fetch(direct)).status).toBe(200);
    await clock.advance(30 * MINUTE_MS);
    expect((await fetch(direct)).status).toBe(200);
    await clock.advance(1);
    expect((await fetch(direct)).status).toBe(410);
  });

  test('asked for with `single` serves one request, HEAD not counted (quirk 36)', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', FILM);
    const direct = await link(emulator, url, { single: 1 });
    expect((await fetch(direct, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(direct)).status).toBe(200);
    expect((await fetch(direct)).status).toBe(410);
    emulator.quirks.headUsesLink = true;
    const other = await link(emulator, url, { single: 1 });
    expect((await fetch(other, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(other)).status).toBe(410);
  });

  test('otherwise serves many ranges, one after another and at once (quirk 37)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', FILM));
    const range = async (start: number): Promise<boolean> => {
      const response = await fetch(direct, { headers: { Range: `bytes=${start}-${start + 999}` } });
      const bytes = Buffer.from(await response.arrayBuffer());
      return response.status === 206 && bytes.equals(syntheticBytes('film', start, start + 1000));
    };
    const starts = Array.from({ length: 20 }, (_, place) => place * 7_777);
    expect(await Promise.all(starts.map(range))).toEqual(starts.map(() => true));
    emulator.quirks.singleUseLinks = 'always';
    const strict = await link(emulator, emulator.account.addFile(0, 'b.mkv', FILM));
    expect([(await fetch(strict)).status, (await fetch(strict)).status]).toEqual([200, 410]);
  });

  test('that is dead answers 410 with a page, or 404, 403, or 200 with a page (quirk 38)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', FILM));
    emulator.expireLinks();
    const answers: unknown[] = [];
    for (const deadLink of ['gone', 'not-found', 'forbidden', 'html-200'] as const) {
      emulator.quirks.deadLink = deadLink;
      const response = await fetch(direct);
      answers.push([response.status, response.headers.get('content-type')]);
    }
    expect(answers).toEqual([410, 404, 403, 200].map((status) => [status, 'text/html; charset=utf-8']));
  });

  test('that expires leaves a transfer in progress alone', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(
      emulator,
      emulator.account.addFile(0, 'a.mkv', syntheticContent('b', 20 * 2 ** 20)),
    );
    const response = await fetch(direct);
    emulator.expireLinks();
    expect((await response.arrayBuffer()).byteLength).toBe(20 * 2 ** 20);
  });

  test('answers HEAD with length, disposition and no body, unless told not to (quirk 40)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'été.mkv', FILM));
    const { status, headers } = await fetch(direct, { method: 'HEAD' });
    expect([status, headers.get('content-length')]).toEqual([200, String(SIZE)]);
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="_t_.mkv"; filename*=UTF-8''%C3%A9t%C3%A9.mkv`,
    );
    expect(emulator.counts().storageBytes).toBe(0);
    emulator.quirks.headAllowed = false;
    expect((await fetch(direct, { method: 'HEAD' })).status).toBe(405);
  });

  test('is inline with its media type when token, file or query ask for it (quirk 41)', async () => {
    const emulator = await emulatorForTest();
    const look = async (address: string): Promise<unknown[]> => {
      const { headers } = await fetch(address, { method: 'HEAD' });
      return [headers.get('content-type'), headers.get('content-disposition')?.split(';')[0]];
    };
    const plain = emulator.account.addFile(0, 'a.mp4', FILM);
    const inlineFile = emulator.account.addFile(0, 'b.mp4', FILM, { inline: true });
    const asked = await link(emulator, plain, { inline: 1 });
    expect(asked).toMatch(/\?inline$/);
    const inline = ['video/mp4', 'inline'];
    expect(await look(await link(emulator, plain))).toEqual(['application/octet-stream', 'attachment']);
    expect(await look(asked)).toEqual(inline);
    expect(await look(await link(emulator, inlineFile))).toEqual(inline);
    expect(await look(`${await link(emulator, plain)}?inline&whatever=1`)).toEqual(inline);
  });

  test('ignores an Authorization header, or refuses it when told so (quirk 42)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', FILM));
    const headers = { Authorization: 'Bearer anything' };
    expect((await fetch(direct, { headers })).status).toBe(200);
    emulator.quirks.linkAuthorization = 'refused';
    expect((await fetch(direct, { headers })).status).toBe(401);
  });

  test('has no ETag and says it takes ranges (quirk 46)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', FILM));
    const { headers } = await fetch(direct, { method: 'HEAD' });
    expect([headers.get('etag'), headers.get('accept-ranges')]).toEqual([null, 'bytes']);
    emulator.quirks.etag = true;
    expect((await fetch(direct, { method: 'HEAD' })).headers.has('etag')).toBe(true);
  });

  test('is refused above the connections an account or a file may have (quirk 45)', async () => {
    const emulator = await emulatorForTest({ quirks: { accountConnections: 2 } });
    const slow = syntheticContent('slow', 50 * 2 ** 20);
    const [a, b] = [emulator.account.addFile(0, 'a', slow), emulator.account.addFile(0, 'b', slow)];
    const [linkA, linkB] = [await link(emulator, a), await link(emulator, b)];
    const held = [await fetch(linkA), await fetch(linkB)];
    const refused = await fetch(linkA);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    await held[1]?.body?.cancel();
    await expect.poll(() => emulator.activeTransfers()).toBe(1);
    emulator.quirks.fileConnections = 1;
    expect((await fetch(linkA, { headers: { Range: 'bytes=0-0' } })).status).toBe(403);
    expect((await fetch(linkB, { headers: { Range: 'bytes=0-0' } })).status).toBe(206);
    await held[0]?.body?.cancel();
  });

  test('reads suffixes and open ranges, and refuses what lies outside', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(
      emulator,
      emulator.account.addFile(0, 'a', bytesContent(Buffer.from('0123456789'))),
    );
    const read = async (range: string): Promise<unknown[]> => {
      const response = await fetch(direct, { headers: { Range: range } });
      const told = response.headers.get('content-range');
      return [response.status, told, response.status === 416 ? '' : await response.text()];
    };
    expect(await read('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await read('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await read('bytes=2-99')).toEqual([206, 'bytes 2-9/10', '23456789']);
    expect(await read('bytes=10-')).toEqual([416, 'bytes */10', '']);
    expect(await read('bytes=0-1,4-5')).toEqual([200, null, '0123456789']);
  });

  test('is closed to its transfer as soon as the client leaves', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a', syntheticContent('a', 2 ** 40)));
    const { socket } = await openRaw(direct);
    await expect.poll(() => emulator.activeTransfers()).toBe(1);
    expect(emulator.openConnections()).toBe(1);
    socket.destroy();
    await expect.poll(() => emulator.activeTransfers()).toBe(0);
    expect(emulator.counts()).toMatchObject({ abortedTransfers: 1, openConnections: 0, peakTransfers: 1 });
  });

  test('sends no more than its client takes', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a', syntheticContent('a', 2 ** 40)));
    const { socket } = await openRaw(direct);
    socket.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const settled = emulator.counts().storageBytes === before && before > 0;
          before = emulator.counts().storageBytes;
          return settled;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(before).toBeLessThan(32 * 2 ** 20);
    socket.destroy();
  });
});
