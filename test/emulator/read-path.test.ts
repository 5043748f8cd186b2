import { describe, expect, test } from 'vitest';
import { syntheticAccount } from '../../src/emulator/generated-account.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { call, emulatorForTest, link, listed } from './api-client.ts';

const HUNDRED_GIB = 100 * 2 ** 30;

describe('reading an emulated account', () => {
  test('a folder is listed with its files and subfolders in one call', async () => {
    const emulator = await emulatorForTest();
    const movies = emulator.account.addFolder(0, 'Movies');
    const url = emulator.account.addFile(movies, 'a.mkv', syntheticContent('a', 1000));
    const root = await call(emulator, 'folder/ls', { files: 1 });
    expect(listed(root, 'sub_folders')).toMatchObject([{ id: movies, name: 'Movies', pass: 0 }]);
    const folder = await call(emulator, 'folder/ls', { folder_id: movies, files: 1 });
    expect(folder.body).toMatchObject({ status: 'OK', folder_id: movies, files: 1, size: 1000 });
    expect(listed(folder)).toMatchObject([
      { url, filename: 'a.mkv', size: 1000, 'content-type': 'video/x-matroska' },
    ]);
    expect(emulator.counts().api).toEqual({ 'folder/ls': 2 });
  });

  test('any range of a file of 100 GiB is served and can be verified', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'huge.mkv', syntheticContent('huge', HUNDRED_GIB));
    const direct = await link(emulator, url);
    for (const [start, end] of [
      [0, 70_000],
      [65_533, 65_541],
      [HUNDRED_GIB - 5, HUNDRED_GIB],
      [77_000_000_001, 77_000_500_003],
    ] as const) {
      const response = await fetch(direct, { headers: { Range: `bytes=${start}-${end - 1}` } });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${HUNDRED_GIB}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(syntheticBytes('huge', start, end))).toBe(true);
    }
    expect(emulator.counts().api.get_token).toBe(1);
  });

  test('an empty file has length 0 and no satisfiable range', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'empty.txt', syntheticContent('e', 0)));
    const whole = await fetch(direct);
    expect([whole.status, await whole.text()]).toEqual([200, '']);
    const ranged = await fetch(direct, { headers: { Range: 'bytes=0-' } });
    expect([ranged.status, ranged.headers.get('content-range')]).toEqual([416, 'bytes */0']);
  });

  test('a million files can be listed and read without being held', async () => {
    const emulator = await emulatorForTest({
      account: syntheticAccount({ folders: 1000, filesPerFolder: 1000, seed: 7 }),
    });
    const folder = await call(emulator, 'folder/ls', { folder_id: 1000, files: 1 });
    expect(folder.body.files).toBe(1000);
    const last = listed(folder).at(-1);
    const info = await call(emulator, 'file/info', { url: last?.url });
    expect(info.body).toMatchObject({ filename: last?.filename, size: last?.size, checksum: last?.checksum });
    expect(info.body.path).toMatch(/^Folder \d{6}\/Folder 001000$/);
  });

  test('an edit of a generated account shows beside what was generated', () => {
    const account = syntheticAccount({ folders: 3, filesPerFolder: 2, seed: 1 });
    const before = account.files(1).map((file) => file.name);
    account.addFile(1, 'new.mkv', syntheticContent(1, 1));
    expect(account.files(1).map((file) => file.name)).toEqual([...before, 'new.mkv']);
    const [first] = account.files(1);
    account.removeFile(`https://1fichier.com/?${first?.id}`);
    expect(account.files(1).map((file) => file.name)).toEqual([before[1], 'new.mkv']);
    expect(account.byUrl(`https://1fichier.com/?${first?.id}`)).toBeUndefined();
  });
});

describe('synthetic bytes', () => {
  test('a range is the same however it is cut', () => {
    const whole = syntheticBytes('x', 131_000, 200_001);
    const parts = [131_000, 131_001, 131_077, 196_608, 200_001].map((end, at, ends) =>
      syntheticBytes('x', at === 0 ? end : (ends[at - 1] ?? 0), end),
    );
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });

  test('blocks and seeds differ, up to the largest offsets', () => {
    const far = Number.MAX_SAFE_INTEGER - 100_000;
    const samples = [0, 65_536, 2 ** 48, far].flatMap((at) =>
      ['a', 'b', 1, 2].map((seed) => syntheticBytes(seed, at, at + 16).toString('hex')),
    );
    expect(new Set(samples).size).toBe(samples.length);
  });
});
