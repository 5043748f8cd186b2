import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticAccount } from '../../src/emulator/generated-account.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { call, emulatorForTest, listed } from './api-client.ts';

const TINY = syntheticContent('tiny', 10);

describe('a listing', () => {
  test('has at most 5,000 items and no paging (quirk 18)', async () => {
    const emulator = await emulatorForTest({
      account: syntheticAccount({ folders: 1, filesPerFolder: 5_001, seed: 1 }),
    });
    const paged = { folder_id: 1, offset: 5_000, limit: 10 };
    expect(listed(await call(emulator, 'file/ls', paged))).toHaveLength(5_000);
    emulator.quirks.listingCap = 3;
    const folder = await call(emulator, 'folder/ls', { folder_id: 1, files: 1 });
    expect(listed(folder)).toHaveLength(3);
    expect(folder.body.files).toBe(5_001);
    emulator.quirks.unknownFields = 'refused';
    expect((await call(emulator, 'file/ls', paged)).body.status).toBe('KO');
  });

  test('of the root says id 0, name Root, size null (quirk 19)', async () => {
    const emulator = await emulatorForTest();
    const root = await call(emulator, 'folder/ls');
    expect(root.body).toEqual({ status: 'OK', folder_id: 0, name: 'Root', size: null, files: 0 });
    emulator.quirks.emptyFolderSize = 'zero';
    expect((await call(emulator, 'folder/ls')).body.size).toBe(0);
  });

  test('with nothing in it lacks its arrays, or has null or [] (quirk 20)', async () => {
    const emulator = await emulatorForTest();
    const arrays = async (): Promise<unknown[]> => {
      const { body } = await call(emulator, 'folder/ls', { files: 1 });
      return [body.items, body.sub_folders];
    };
    expect(await arrays()).toEqual([undefined, undefined]);
    emulator.quirks.emptyArrays = 'null';
    expect(await arrays()).toEqual([null, null]);
    emulator.quirks.emptyArrays = 'empty';
    expect(await arrays()).toEqual([[], []]);
  });

  test('counts only what lies in the folder itself (quirk 21)', async () => {
    const emulator = await emulatorForTest();
    emulator.account.addFile(emulator.account.addFolder(0, 'below'), 'b', TINY);
    emulator.account.addFile(0, 'a', TINY);
    expect((await call(emulator, 'folder/ls')).body).toMatchObject({ files: 1, size: 10 });
    emulator.quirks.recursiveTotals = true;
    expect((await call(emulator, 'folder/ls')).body).toMatchObject({ files: 2, size: 20 });
  });

  test.each([
    ['in summer', '2021-06-22T12:57:25Z', '2021-06-22 14:57:25'],
    ['in winter', '2021-01-22T12:57:25Z', '2021-01-22 13:57:25'],
    ['in the last second of winter', '2026-03-29T00:59:59Z', '2026-03-29 01:59:59'],
    ['in the first second of summer', '2026-03-29T01:00:00Z', '2026-03-29 03:00:00'],
  ])('dates are French local time %s (quirk 22)', async (_season, uploaded, shown) => {
    const emulator = await emulatorForTest();
    emulator.account.addFile(0, 'a', TINY, { uploadedAt: Date.parse(uploaded) });
    expect(listed(await call(emulator, 'file/ls'))).toMatchObject([{ date: shown }]);
    emulator.quirks.zone = 'UTC';
    expect(listed(await call(emulator, 'file/ls'))).toMatchObject([
      { date: uploaded.replace('T', ' ').slice(0, 19) },
    ]);
  });

  test('can be cut to dates, given in French time', async () => {
    const emulator = await emulatorForTest();
    for (const day of [1, 2, 3])
      emulator.account.addFile(0, String(day), TINY, { uploadedAt: Date.UTC(2026, 6, day) });
    const between = { sent_after: '2026-07-02 02:00:00', sent_before: '2026-07-02 02:00:00' };
    expect(listed(await call(emulator, 'file/ls', between))).toMatchObject([{ filename: '2' }]);
  });

  test('has files only when asked, and children keyed `id` (quirk 23)', async () => {
    const emulator = await emulatorForTest();
    const child = emulator.account.addFolder(0, 'child');
    emulator.account.addFile(0, 'a', TINY);
    const plain = await call(emulator, 'folder/ls');
    expect(plain.body).not.toHaveProperty('items');
    expect(listed(plain, 'sub_folders')).toMatchObject([{ id: child }]);
    emulator.quirks.itemsOnlyWhenAsked = false;
    emulator.quirks.childFolderKey = 'folder_id';
    const other = await call(emulator, 'folder/ls');
    expect(listed(other)).toHaveLength(1);
    expect(listed(other, 'sub_folders')).toMatchObject([{ folder_id: child }]);
  });

  test('lags behind uploads and removals for some seconds (quirk 24)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { listingLagSeconds: 5 } });
    const names = async (): Promise<unknown[]> =>
      listed(await call(emulator, 'file/ls')).map((item) => item.filename);
    const url = emulator.account.addFile(0, 'a', TINY);
    expect(await names()).toEqual([]);
    await clock.advance(5_000);
    expect(await names()).toEqual(['a']);
    emulator.account.removeFile(url);
    expect(await names()).toEqual(['a']);
    await clock.advance(5_000);
    expect(await names()).toEqual([]);
  });

  test('of folder -1 has every file of the account', async () => {
    const emulator = await emulatorForTest({
      account: syntheticAccount({ folders: 60, filesPerFolder: 3, seed: 1 }),
    });
    const items = listed(await call(emulator, 'file/ls', { folder_id: -1 }));
    expect(new Set(items.map((item) => item.url)).size).toBe(180);
  });

  test('tells sizes as strings and media types by another key, when told so', async () => {
    const emulator = await emulatorForTest({
      quirks: { sizeType: 'string', contentTypeKey: 'content_type' },
    });
    emulator.account.addFile(0, 'a.mp4', TINY);
    expect(listed(await call(emulator, 'file/ls'))).toMatchObject([
      { size: '10', content_type: 'video/mp4' },
    ]);
  });
});

describe('scripted API faults', () => {
  const listing = async (emulator: Emulator): Promise<Record<string, unknown>> =>
    (await call(emulator, 'folder/ls', { files: 1 })).body;

  test('a listing lies once, in the way asked for, and then tells the truth', async () => {
    const emulator = await emulatorForTest();
    for (const name of ['a', 'b', 'c', 'd']) emulator.account.addFile(0, name, TINY);
    const { apiFaults } = emulator;
    const seen: unknown[] = [];
    for (const as of ['empty', 'half', 'shrunken', 'no-arrays', 'wrong-count'] as const) {
      apiFaults.next({ kind: 'listing', as }, { endpoint: 'folder/ls' });
      const { files, items } = await listing(emulator);
      seen.push([as, files, Array.isArray(items) ? items.length : items]);
    }
    expect(seen).toEqual([
      ['empty', 0, 0],
      ['half', 4, 2],
      ['shrunken', 2, 2],
      ['no-arrays', 4, undefined],
      ['wrong-count', 5, 4],
    ]);
    expect((await listing(emulator)).files).toBe(4);
  });

  test('a fault aimed at one endpoint leaves the others alone', async () => {
    const emulator = await emulatorForTest();
    emulator.apiFaults.next({ kind: 'html', status: 502 }, { endpoint: 'file/ls' });
    expect((await call(emulator, 'folder/ls')).status).toBe(200);
    expect((await call(emulator, 'file/ls')).status).toBe(502);
    expect(emulator.apiFaults.pending).toBe(0);
  });

  test('refusals by name, plain text, broken JSON, resets and locks come as scripted', async () => {
    const emulator = await emulatorForTest();
    const { apiFaults } = emulator;
    apiFaults.next({ kind: 'ko', ko: 'owner-locked', status: 200 });
    expect(await call(emulator, 'folder/ls')).toMatchObject({ status: 200, body: { status: 'KO' } });
    apiFaults.next({ kind: 'plain' });
    expect((await call(emulator, 'folder/ls')).text).toBe('IP Locked');
    apiFaults.next({ kind: 'status', status: 500 });
    expect((await call(emulator, 'folder/ls')).status).toBe(500);
    apiFaults.next({ kind: 'truncated' });
    await expect(call(emulator, 'folder/ls')).rejects.toThrow(SyntaxError);
    apiFaults.next({ kind: 'reset' });
    await expect(call(emulator, 'folder/ls')).rejects.toThrow('fetch failed');
    apiFaults.next({ kind: 'lock', seconds: 60 });
    expect((await call(emulator, 'folder/ls')).status).toBe(403);
    emulator.unlockApi();
    expect((await call(emulator, 'folder/ls')).status).toBe(200);
  });

  test('a hanging call is answered after the time asked for, or never', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock });
    emulator.apiFaults.next({ kind: 'hang', forMs: 30_000 });
    const late = call(emulator, 'folder/ls');
    await expect.poll(() => emulator.counts().apiCalls).toBe(1);
    await expect.poll(() => emulator.apiFaults.pending).toBe(0);
    await clock.advance(30_000);
    expect((await late).status).toBe(200);
  });
});
