import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { emulatorForTest, link } from './api-client.ts';
import { openRaw, rawGet } from './raw-http.ts';

const SIZE = 300_000;
const RANGE = { Range: 'bytes=1000-99999' };
const RANGE_BYTES = 99_000;

async function filmLink(emulator: Emulator): Promise<string> {
  return link(emulator, emulator.account.addFile(0, 'film.mkv', syntheticContent('film', SIZE)));
}

function isPrefix(bytes: Buffer, start: number): boolean {
  return bytes.equals(syntheticBytes('film', start, start + bytes.length));
}

describe('a storage fault', () => {
  test.each([401, 403, 404, 410, 416, 429, 500, 502, 503, 504, 509] as const)(
    'answers %d',
    async (status) => {
      const emulator = await emulatorForTest();
      const direct = await filmLink(emulator);
      emulator.faults.next({ kind: 'status', status });
      const answer = await fetch(direct);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'text/html; charset=utf-8',
      ]);
      expect((await fetch(direct)).status).toBe(200);
      expect(emulator.counts().storageStatuses).toEqual({ [status]: 1, '200': 1 });
    },
  );

  test('resets before any answer', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'reset' });
    const { head, body, ending } = await rawGet(await filmLink(emulator));
    expect([head, body.length, ending]).toEqual(['', 0, 'reset']);
  });

  test.each([
    ['after N bytes', 5_000, 5_000],
    ['at the last byte', 'last', RANGE_BYTES - 1],
  ] as const)('resets %s', async (_when, afterBytes, most) => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'reset', afterBytes });
    const { head, body, ending } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain(`Content-Length: ${RANGE_BYTES}`);
    expect(ending).toBe('reset');
    expect(body.length).toBeLessThanOrEqual(most);
    expect(emulator.counts().storageBytes).toBe(most);
    expect(isPrefix(body, 1000)).toBe(true);
  });

  test('stalls without a byte, headers included, for a time', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock });
    emulator.faults.next({ kind: 'stall', forMs: 10_000 });
    const { socket, received } = await openRaw(await filmLink(emulator));
    await expect.poll(() => emulator.faults.pending).toBe(0);
    await clock.advance(9_999);
    expect(received).toEqual([]);
    await clock.advance(1);
    await expect.poll(() => Buffer.concat(received).length).toBeGreaterThan(SIZE);
    socket.destroy();
  });

  test('stalls after headers or after N bytes for ever', async () => {
    const emulator = await emulatorForTest();
    const direct = await filmLink(emulator);
    emulator.faults.next({ kind: 'stall', headers: true });
    emulator.faults.next({ kind: 'stall', afterBytes: 7 });
    for (const body of [0, 7]) {
      const { socket, received } = await openRaw(direct);
      await expect
        .poll(() => Buffer.concat(received).toString('latin1').split('\r\n\r\n')[1]?.length)
        .toBe(body);
      expect(emulator.activeTransfers()).toBe(1);
      socket.destroy();
      await expect.poll(() => emulator.activeTransfers()).toBe(0);
    }
  });

  test('drips at the rate asked for', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock });
    emulator.faults.next({ kind: 'drip', bytesPerSecond: 1, afterBytes: 100 });
    const { socket } = await openRaw(await filmLink(emulator));
    const sent = (): number => emulator.counts().storageBytes;
    await expect.poll(sent).toBe(101);
    await clock.advance(1_000);
    await expect.poll(sent).toBe(102);
    await clock.advance(999);
    expect(sent()).toBe(102);
    socket.destroy();
  });

  test('ends the body before the promised length', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'short', afterBytes: 500 });
    const { head, body, ending } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain(`Content-Length: ${RANGE_BYTES}`);
    expect([body.length, ending]).toEqual([500, 'closed']);
  });

  test('promises and sends less than the range', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'clipped', missingBytes: 10 });
    const { head, body } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain(`Content-Length: ${RANGE_BYTES - 10}`);
    expect(head).toContain('Content-Range: bytes 1000-99999/300000');
    expect(body.length).toBe(RANGE_BYTES - 10);
  });

  test('sends more than the promised length', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'long', extraBytes: 10 });
    const { head, body } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain(`Content-Length: ${RANGE_BYTES}`);
    expect(body.length).toBe(RANGE_BYTES + 10);
  });

  test('serves another range than was asked for', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'wrong-range', shift: 5 });
    const { head, body } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain('Content-Range: bytes 1005-100004/300000');
    expect(isPrefix(body, 1005)).toBe(true);
  });

  test('serves the whole file for a range', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'whole' });
    const { head, body } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect([body.length, isPrefix(body, 0)]).toEqual([SIZE, true]);
  });

  test('compresses the body', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'gzip' });
    const { head, body } = await rawGet(await filmLink(emulator), RANGE);
    expect(head).toContain('Content-Encoding: gzip');
    expect(isPrefix(gunzipSync(body), 1000)).toBe(true);
  });

  test('serves a page with 200', async () => {
    const emulator = await emulatorForTest();
    emulator.faults.next({ kind: 'html' });
    const answer = await fetch(await filmLink(emulator), { headers: RANGE });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('redirects once, for ever, to a sign-in page, or anywhere', async () => {
    const emulator = await emulatorForTest();
    const direct = await filmLink(emulator);
    emulator.faults.next({ kind: 'redirect' });
    expect((await fetch(direct)).redirected).toBe(true);
    emulator.faults.next({ kind: 'redirect', to: 'loop' });
    await expect(fetch(direct)).rejects.toThrow('fetch failed');
    emulator.faults.next({ kind: 'redirect', to: 'sign-in' });
    expect((await fetch(direct)).headers.get('content-type')).toContain('text/html');
    emulator.faults.next({ kind: 'redirect', to: 'http://10.0.0.1/admin' });
    const away = await fetch(direct, { redirect: 'manual' });
    expect([away.status, away.headers.get('location')]).toEqual([302, 'http://10.0.0.1/admin']);
  });

  test('lets the link expire at the request', async () => {
    const emulator = await emulatorForTest();
    const direct = await filmLink(emulator);
    emulator.faults.next({ kind: 'expire' });
    expect([(await fetch(direct)).status, (await fetch(direct)).status]).toEqual([410, 410]);
  });

  test('can be refused connections until the host is back on its port', async () => {
    const emulator = await emulatorForTest();
    const direct = await filmLink(emulator);
    await emulator.refuseStorageConnections();
    await expect(fetch(direct)).rejects.toThrow('fetch failed');
    await emulator.acceptStorageConnections();
    expect((await fetch(direct)).status).toBe(200);
  });

  test('aimed at one file leaves the others alone, and a standing one stays until cleared', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'bad', syntheticContent('bad', 10));
    const [bad, good] = [await link(emulator, url), await filmLink(emulator)];
    emulator.faults.always({ kind: 'status', status: 503 }, { file: url });
    const statuses = async (): Promise<number[]> => [(await fetch(bad)).status, (await fetch(good)).status];
    expect([await statuses(), await statuses()]).toEqual([
      [503, 200],
      [503, 200],
    ]);
    emulator.faults.clear();
    expect(await statuses()).toEqual([200, 200]);
  });

  test('at random strikes the same requests for the same seed, at about the rate asked for', async () => {
    const emulator = await emulatorForTest();
    const direct = await filmLink(emulator);
    const run = async (): Promise<number[]> => {
      emulator.faults.random({
        seed: 5,
        rate: 0.3,
        kinds: [{ kind: 'status', status: 500 }, { kind: 'html' }],
      });
      const statuses: number[] = [];
      for (let time = 0; time < 60; time += 1) {
        statuses.push((await fetch(direct, { headers: { Range: 'bytes=0-0' } })).status);
      }
      return statuses;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    const struck = first.filter((status) => status !== 206).length;
    expect(struck).toBeGreaterThan(6);
    expect(struck).toBeLessThan(36);
    expect(new Set(first)).toEqual(new Set([206, 200, 500]));
  });

  test('of bandwidth holds each transfer to its rate', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { connectionBytesPerSecond: 1000 } });
    const { socket } = await openRaw(await filmLink(emulator));
    await expect.poll(() => emulator.counts().storageBytes).toBe(100);
    await clock.advance(100);
    await expect.poll(() => emulator.counts().storageBytes).toBe(200);
    socket.destroy();
  });
});
