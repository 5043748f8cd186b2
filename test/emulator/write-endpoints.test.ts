import { describe, expect, test } from 'vitest';
import { bytesContent, syntheticContent } from '../../src/emulator/content.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { call, emulatorForTest, link, listed } from './api-client.ts';

const TINY = syntheticContent('tiny', 10);

async function filenames(emulator: Emulator, folderId: number): Promise<unknown[]> {
  const answer = await call(emulator, 'file/ls', { folder_id: folderId });
  return listed(answer).map((item) => item.filename);
}

describe('changing files', () => {
  test('a move keeps the address and takes the file out of its old folder (quirk 28)', async () => {
    const emulator = await emulatorForTest();
    const target = emulator.account.addFolder(0, 'Target');
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const moved = await call(emulator, 'file/mv', { urls: [url], destination_folder_id: target });
    expect(moved.body).toEqual({ status: 'OK', moved: 1, urls: [url] });
    expect(await filenames(emulator, 0)).toEqual([]);
    expect(await filenames(emulator, target)).toEqual(['a.mkv']);
  });

  test('a move into the folder the file is in is refused (quirk 26)', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const fields = { urls: [url], destination_folder_id: 0 };
    expect((await call(emulator, 'file/mv', fields)).body.status).toBe('KO');
    emulator.quirks.refuseMoveInPlace = false;
    expect((await call(emulator, 'file/mv', fields)).body.status).toBe('OK');
  });

  test('a move with `rename` equal to the present name is refused (quirk 27)', async () => {
    const emulator = await emulatorForTest();
    const target = emulator.account.addFolder(0, 'Target');
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const fields = { urls: [url], destination_folder_id: target, rename: 'a.mkv' };
    expect((await call(emulator, 'file/mv', fields)).body.status).toBe('KO');
    emulator.quirks.refuseMoveToSameName = false;
    expect((await call(emulator, 'file/mv', fields)).body).toMatchObject({ status: 'OK', filename: 'a.mkv' });
  });

  test('with the quirk off a move gives the file another address (quirk 28)', async () => {
    const emulator = await emulatorForTest({ quirks: { moveKeepsUrl: false } });
    const target = emulator.account.addFolder(0, 'Target');
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const { body } = await call(emulator, 'file/mv', { urls: [url], destination_folder_id: target });
    expect(body.urls).not.toEqual([url]);
    expect((await call(emulator, 'file/info', { url })).status).toBe(404);
  });

  test('a copy has an address of its own and takes `folder_id`, not `destination_folder_id` (quirks 28, 29)', async () => {
    const emulator = await emulatorForTest();
    const target = emulator.account.addFolder(0, 'Target');
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const misnamed = await call(emulator, 'file/cp', { urls: [url], destination_folder_id: target });
    expect(misnamed.body.status).toBe('KO');
    const copied = await call(emulator, 'file/cp', { urls: [url], folder_id: target, rename: 'b.mkv' });
    expect(copied.body).toMatchObject({ status: 'OK', copied: 1, filename: 'b.mkv' });
    expect(await filenames(emulator, target)).toEqual(['b.mkv']);
    expect(JSON.stringify(copied.body.urls)).toContain(`"from_url":"${url}"`);
    expect(emulator.account.files(target)[0]?.id).not.toBe(emulator.account.byUrl(url)?.id);
  });

  test('a rename to the present name is refused with HTTP 200 (quirk 7)', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const same = await call(emulator, 'file/rename', { urls: [{ url, filename: 'a.mkv' }] });
    expect(same.status).toBe(200);
    expect(same.body).toEqual({ status: 'KO', message: 'No file has been renamed #312' });
    const other = await call(emulator, 'file/rename', { urls: [{ url, filename: 'b.mkv' }] });
    expect(other.body).toEqual({
      status: 'OK',
      renamed: 1,
      urls: [{ url, old_filename: 'a.mkv', new_filename: 'b.mkv' }],
    });
  });

  test('`rename` works with a single address only (quirk 31)', async () => {
    const emulator = await emulatorForTest();
    const target = emulator.account.addFolder(0, 'Target');
    const urls = ['a', 'b'].map((name) => emulator.account.addFile(0, name, TINY));
    const fields = { urls, destination_folder_id: target, rename: 'c' };
    expect((await call(emulator, 'file/mv', fields)).body.status).toBe('KO');
    emulator.quirks.renameOneOnly = false;
    expect((await call(emulator, 'file/mv', fields)).body).toMatchObject({ status: 'OK', moved: 2 });
  });

  test('a removed file is gone from listings, from file/info and from its direct links', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const direct = await link(emulator, url);
    expect((await call(emulator, 'file/rm', { files: [{ url }] })).body).toEqual({
      status: 'OK',
      removed: 1,
      urls: [url],
    });
    expect(await filenames(emulator, 0)).toEqual([]);
    expect((await call(emulator, 'file/info', { url })).body.message).toBe('Resource not found #469');
    expect((await fetch(direct)).status).toBe(410);
  });

  test('attributes can be set, and a password shorter than 6 characters cannot (quirk 32)', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    expect((await call(emulator, 'file/chattr', { urls: [url], pass: '12345' })).body.status).toBe('KO');
    await call(emulator, 'file/chattr', { urls: [url], pass: '123456', inline: 1, description: 'a film' });
    const info = await call(emulator, 'file/info', { url, pass: '123456' });
    expect(info.body).toMatchObject({ pass: 1, inline: 1, description: 'a film' });
  });

  test('a scan finds nothing in a clean file, and deletes an infected one', async () => {
    const emulator = await emulatorForTest();
    const clean = emulator.account.addFile(0, 'clean', TINY);
    const bad = emulator.account.addFile(0, 'bad', TINY, { infected: true });
    expect((await call(emulator, 'file/scan', { url: clean })).body.status).toBe('OK');
    expect((await call(emulator, 'file/scan', { url: bad })).body.status).toBe('KO');
    expect(await filenames(emulator, 0)).toEqual(['clean']);
  });

  test.each(['a/b', 'a\\b', 'a<b', 'a"b', "a'b", 'a$b', 'a`b', 'a\u0007b', ' a', 'a ', '..'])(
    'the name %j is refused (quirk 33)',
    async (filename) => {
      const emulator = await emulatorForTest();
      const url = emulator.account.addFile(0, 'a.mkv', TINY);
      const fields = { urls: [{ url, filename }] };
      expect((await call(emulator, 'file/rename', fields)).body.status).toBe('KO');
      emulator.quirks.forbiddenCharacters = 'kept';
      expect((await call(emulator, 'file/rename', fields)).body.status).toBe('OK');
      expect(await filenames(emulator, 0)).toEqual([filename]);
    },
  );

  test('forbidden characters can be stripped instead of refused (quirk 33)', async () => {
    const emulator = await emulatorForTest({ quirks: { forbiddenCharacters: 'stripped' } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    await call(emulator, 'file/rename', { urls: [{ url, filename: 'b: "c".mkv' }] });
    expect(await filenames(emulator, 0)).toEqual(['b: c.mkv']);
  });
});

describe('changing folders', () => {
  test('a folder is made, and a sibling of the same name refused (quirk 25)', async () => {
    const emulator = await emulatorForTest();
    const made = await call(emulator, 'folder/mkdir', { name: 'Movies', folder_id: 0 });
    expect(made.body).toMatchObject({ status: 'OK', name: 'Movies' });
    expect((await call(emulator, 'folder/mkdir', { name: 'Movies' })).body.status).toBe('KO');
    const root = await call(emulator, 'folder/ls', {});
    expect(listed(root, 'sub_folders')).toMatchObject([{ id: made.body.folder_id, name: 'Movies' }]);
    emulator.quirks.duplicateFolders = 'allowed';
    expect((await call(emulator, 'folder/mkdir', { name: 'Movies' })).body.status).toBe('OK');
  });

  test('files of one name can lie in one folder (quirk 25)', async () => {
    const emulator = await emulatorForTest();
    const target = emulator.account.addFolder(0, 'Target');
    const urls = ['a.mkv', 'a.mkv'].map((name) => emulator.account.addFile(0, name, TINY));
    const [first, second] = urls;
    await call(emulator, 'file/mv', { urls: [first], destination_folder_id: target });
    emulator.quirks.duplicateFiles = 'refused';
    const refused = await call(emulator, 'file/mv', { urls: [second], destination_folder_id: target });
    expect(refused.body.status).toBe('KO');
    emulator.quirks.duplicateFiles = 'allowed';
    await call(emulator, 'file/mv', { urls: [second], destination_folder_id: target });
    expect(await filenames(emulator, target)).toEqual(['a.mkv', 'a.mkv']);
  });

  test('a folder that holds something cannot be removed (quirk 30)', async () => {
    const emulator = await emulatorForTest();
    const folder = emulator.account.addFolder(0, 'Full');
    const url = emulator.account.addFile(folder, 'a.mkv', TINY);
    expect((await call(emulator, 'folder/rm', { folder_id: folder })).body.status).toBe('KO');
    emulator.account.removeFile(url);
    expect((await call(emulator, 'folder/rm', { folder_id: folder })).body.status).toBe('OK');
    expect((await call(emulator, 'folder/ls', { folder_id: folder })).status).toBe(404);
  });

  test('a folder is moved with all below it, but never into itself', async () => {
    const emulator = await emulatorForTest();
    const a = emulator.account.addFolder(0, 'a');
    const b = emulator.account.addFolder(a, 'b');
    const c = emulator.account.addFolder(0, 'c');
    const cycle = await call(emulator, 'folder/mv', { folder_id: a, destination_folder_id: b });
    expect(cycle.body.status).toBe('KO');
    await call(emulator, 'folder/mv', { folder_id: a, destination_folder_id: c });
    expect(emulator.account.pathOf(b)).toBe('c/a/b');
  });

  test('`rename` makes folder/mv ignore the destination, unless the quirk is off', async () => {
    const emulator = await emulatorForTest();
    const a = emulator.account.addFolder(0, 'a');
    const c = emulator.account.addFolder(0, 'c');
    await call(emulator, 'folder/mv', { folder_id: a, destination_folder_id: c, rename: 'b' });
    expect(emulator.account.pathOf(a)).toBe('b');
    emulator.quirks.folderRenameIgnoresDestination = false;
    await call(emulator, 'folder/mv', { folder_id: a, destination_folder_id: c, rename: 'd' });
    expect(emulator.account.pathOf(a)).toBe('c/d');
  });

  test('a shared folder says its public address', async () => {
    const emulator = await emulatorForTest();
    const folder = emulator.account.addFolder(0, 'Shared');
    const { body } = await call(emulator, 'folder/share', { folder_id: folder, share: 1 });
    expect(body.url).toMatch(/^https:\/\/1fichier\.com\/dir\/[A-Za-z]{8}$/);
    expect((await call(emulator, 'folder/ls', { folder_id: folder })).body.shared).toBe(body.url);
  });
});

describe('the checksum', () => {
  test('is the Whirlpool of the bytes, as on the wire', async () => {
    const emulator = await emulatorForTest();
    emulator.account.addFile(0, 'empty', bytesContent(Buffer.alloc(0)));
    const [item] = listed(await call(emulator, 'file/ls', {}));
    // ISO/IEC 10118-3:2004, test vector of the empty string.
    expect(item?.checksum).toBe(
      '19fa61d75522a4669b44e39c1d2e1726c530232130d407f89afee0964997f7a7' +
        '3e83be698b288febcf88e3e03c4f0757ea8964e59b63d93708b138cc42a66eb3',
    );
  });
});
