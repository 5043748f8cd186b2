import { describe, expect, it } from 'vitest';
import type { FichierClient } from '../../src/fichier/client.ts';
import { apiServer, ko, testClient, viewer } from './api-server.ts';

const server = apiServer();
const PAGE = 'https://1fichier.com/?2zk5abcd0efg1hij2klm';
const COPY = 'https://1fichier.com/?copy5678901234567890';

describe('write calls', () => {
  it.each<[string, (client: FichierClient) => Promise<unknown>, string, object, object, unknown]>([
    [
      'makeFolder',
      (client) => client.makeFolder(3, 'Movies', viewer),
      'folder/mkdir.cgi',
      { folder_id: 3, name: 'Movies' },
      { status: 'OK', folder_id: '22726720', name: 'Movies', message: '' },
      22726720,
    ],
    [
      'renameFile',
      (client) => client.renameFile(PAGE, 'b.mkv', viewer),
      'file/rename.cgi',
      { urls: [{ url: PAGE, filename: 'b.mkv' }] },
      { status: 'OK', renamed: 1, urls: [{ url: PAGE, old_filename: 'a.mkv', new_filename: 'b.mkv' }] },
      undefined,
    ],
    [
      'moveFile',
      (client) => client.moveFile(PAGE, 9, viewer),
      'file/mv.cgi',
      { urls: [PAGE], destination_folder_id: 9 },
      { status: 'OK', moved: 1, urls: [COPY] },
      COPY,
    ],
    [
      'moveFile without an address in the answer',
      (client) => client.moveFile(PAGE, 9, viewer),
      'file/mv.cgi',
      { urls: [PAGE], destination_folder_id: 9 },
      { status: 'OK', moved: 1 },
      PAGE,
    ],
    [
      'copyFile',
      (client) => client.copyFile(PAGE, 9, null, viewer),
      'file/cp.cgi',
      { urls: [PAGE], folder_id: 9 },
      { status: 'OK', copied: 1, urls: [{ from_url: PAGE, to_url: COPY }] },
      COPY,
    ],
    [
      'copyFile under another name',
      (client) => client.copyFile(PAGE, 9, 'c.mkv', viewer),
      'file/cp.cgi',
      { urls: [PAGE], folder_id: 9, rename: 'c.mkv' },
      { status: 'OK', copied: 1, urls: [{ from_url: PAGE, to_url: COPY }] },
      COPY,
    ],
    [
      'removeFile',
      (client) => client.removeFile(PAGE, viewer),
      'file/rm.cgi',
      { files: [{ url: PAGE }] },
      { status: 'OK', removed: 1, urls: [PAGE] },
      undefined,
    ],
    [
      'renameFolder',
      (client) => client.renameFolder(5, 'Series', viewer),
      'folder/mv.cgi',
      { folder_id: 5, rename: 'Series' },
      { status: 'OK', old_name: 'a', new_name: 'Series' },
      undefined,
    ],
    [
      'moveFolder',
      (client) => client.moveFolder(5, 0, viewer),
      'folder/mv.cgi',
      { folder_id: 5, destination_folder_id: 0 },
      { status: 'OK' },
      undefined,
    ],
    [
      'removeFolder',
      (client) => client.removeFolder(5, viewer),
      'folder/rm.cgi',
      { folder_id: 5 },
      { status: 'OK', message: '' },
      undefined,
    ],
    [
      'requestRemoteUpload',
      (client) => client.requestRemoteUpload(['https://example.net/a.iso'], 5, viewer),
      'remote/request.cgi',
      { urls: ['https://example.net/a.iso'], folder_id: 5 },
      { status: 'OK', id: 123, date: '2026-09-01 10:00:00' },
      123,
    ],
  ])(
    '%s sends what the API document says and reads the answer',
    async (_, run, path, sent, answer, result) => {
      server.answer({ body: answer });
      expect(await run(testClient().client)).toEqual(result);
      expect(server.received).toEqual([expect.objectContaining({ path, body: sent })]);
    },
  );

  it('remoteUploads lists what was asked for, leaving out what it cannot understand', async () => {
    const done = { id: 1, request_date: '2026-01-01 01:00:00', execution_date: '2026-01-01 02:00:00' };
    server.answer({ body: { status: 'OK', data: [done, { id: 'x' }, { id: '2', request_date: '' }] } });
    const requestedAt = Date.UTC(2026, 0, 1);
    expect(await testClient().client.remoteUploads(viewer)).toEqual([
      { id: 1, requestedAt, executedAt: requestedAt + 3_600_000 },
      { id: 2, requestedAt: null, executedAt: null },
    ]);
  });

  it('remoteUploadStatus tells pending from done, and each address from the others', async () => {
    const pending = { status: 'OK', id: 123, request_date: '2026-01-01 01:00:00', execution_date: '' };
    const result = [
      { status: 'OK', url: 'https://example.net/a', download_link: PAGE, message: '' },
      { status: 'KO', url: 'https://example.net/b', message: 'unreachable' },
    ];
    server.answer({ body: pending }, { body: { ...pending, execution_date: '2026-01-01 02:00:00', result } });
    const { client } = testClient();
    const requestedAt = Date.UTC(2026, 0, 1);
    expect(await client.remoteUploadStatus(123, viewer)).toEqual({
      id: 123,
      requestedAt,
      executedAt: null,
      results: [],
    });
    expect(await client.remoteUploadStatus(123, viewer)).toEqual({
      id: 123,
      requestedAt,
      executedAt: requestedAt + 3_600_000,
      results: [
        { source: 'https://example.net/a', ok: true, url: PAGE, message: '' },
        { source: 'https://example.net/b', ok: false, url: null, message: 'unreachable' },
      ],
    });
  });

  it.each([
    ['a bad gateway', { status: 502, body: '' }, 'upstream-unavailable'],
    ['a broken body', { body: '{"sta' }, 'malformed-answer'],
  ])('are never sent twice, not even after %s', async (_, answer, kind) => {
    server.answer(answer);
    const { client, clock } = testClient();
    const made = expect(client.makeFolder(0, 'Movies', viewer)).rejects.toMatchObject({ kind });
    await clock.advance(60_000);
    await made;
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['Folder is not empty #527', 'folder-not-empty'],
    ['Folder already exists #515', 'name-taken'],
    ['Invalid name #533', 'name-refused'],
    ['Not enough storage space #910', 'quota-exceeded'],
    ['Folder not found #470', 'folder-not-found'],
  ])('%j is told as %s', async (message, kind) => {
    server.answer(ko(message));
    await expect(testClient().client.removeFolder(5, viewer)).rejects.toMatchObject({ kind });
  });

  it.each([
    ['empty', ''],
    ['dots', '..'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a quote', 'a"b'],
    ['a line break', 'a\nb'],
    ['a space at the end', 'a '],
    ['half a character', '\ud83d'],
    ['251 characters', 'x'.repeat(251)],
  ])('spend no call on a name that is refused anyway: %s', async (_, name) => {
    const { client } = testClient();
    for (const call of [
      client.makeFolder(0, name, viewer),
      client.renameFile(PAGE, name, viewer),
      client.renameFolder(5, name, viewer),
      client.copyFile(PAGE, 5, name, viewer),
    ]) {
      await expect(call).rejects.toMatchObject({ kind: 'name-refused' });
    }
    expect(server.received).toHaveLength(0);
  });

  it('takes 250 characters, those outside the basic plane counted once', async () => {
    server.answer({ body: { status: 'OK', folder_id: 1 } });
    expect(await testClient().client.makeFolder(0, '😀'.repeat(250), viewer)).toBe(1);
  });
});

describe('renaming a file to the name it has', () => {
  const nothing = ko('No file has been renamed #312', 200);

  it('succeeds', async () => {
    server.answer(nothing, { body: { url: PAGE, filename: 'a.mkv', size: 1 } });
    await testClient().client.renameFile(PAGE, 'a.mkv', viewer);
    expect(server.received.map((call) => call.path)).toEqual(['file/rename.cgi', 'file/info.cgi']);
  });

  it('fails when it has another after all', async () => {
    server.answer(nothing, { body: { url: PAGE, filename: 'other.mkv', size: 1 } });
    await expect(testClient().client.renameFile(PAGE, 'a.mkv', viewer)).rejects.toMatchObject({
      kind: 'upstream-refused',
    });
  });
});
