import { afterEach, describe, expect, it } from 'vitest';
import { bytesContent } from '../../src/emulator/content.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts';
import { createFichierClient } from '../../src/fichier/create-client.ts';
import type { FichierClientOptions } from '../../src/fichier/create-client.ts';
import type { FichierClient } from '../../src/fichier/client.ts';
import { crawl, viewer } from './api-server.ts';

let emulator: Emulator | null = null;
afterEach(() => emulator?.close());

async function start(
  options: EmulatorOptions = {},
  clientOptions: Partial<FichierClientOptions> = {},
): Promise<{ emulated: Emulator; client: FichierClient }> {
  const emulated = await startEmulator(options);
  emulator = emulated;
  const client = createFichierClient({
    apiKey: emulated.apiKey,
    baseUrl: emulated.apiUrl,
    pacer: { burst: 100 },
    intervals: { folderMs: 0, fileInfoMs: 0 },
    ...clientOptions,
  });
  return { emulated, client };
}

describe('the client with an emulated 1fichier', () => {
  it('goes through the life of a folder and a file', async () => {
    const { emulated, client } = await start();
    const folderId = await client.makeFolder(0, 'Movies', viewer);
    const bytes = Buffer.from('not really a film');
    const source = { filename: 'film.mkv', size: bytes.byteLength, chunks: inOneChunk(bytes) };
    const uploaded = await client.upload(folderId, source, viewer);

    const listing = await client.listFolder(folderId, crawl);
    expect(listing).toMatchObject({ complete: true, folder: { id: folderId, name: 'Movies' } });
    expect(listing.files).toEqual([
      expect.objectContaining({ url: uploaded.url, filename: 'film.mkv', checksum: uploaded.checksum }),
    ]);
    const link = await client.getLink(uploaded.url, viewer);
    expect(await (await fetch(link)).text()).toBe('not really a film');

    await client.renameFile(uploaded.url, 'film (2026).mkv', viewer);
    await client.renameFile(uploaded.url, 'film (2026).mkv', viewer);
    expect(await client.fileInfo(uploaded.url, viewer)).toMatchObject({
      filename: 'film (2026).mkv',
      folderId,
    });
    const copy = await client.copyFile(uploaded.url, 0, 'copy.mkv', viewer);
    expect(emulated.account.byUrl(copy)?.name).toBe('copy.mkv');

    await expect(client.removeFolder(folderId, viewer)).rejects.toMatchObject({ kind: 'folder-not-empty' });
    const moved = await client.moveFile(uploaded.url, 0, viewer);
    await client.removeFile(moved, viewer);
    await client.renameFolder(folderId, 'Films', viewer);
    await client.removeFolder(folderId, viewer);
    const root = await client.listFolder(0, crawl);
    expect(root.folders).toEqual([]);
    expect(root.files.map((file) => file.filename)).toEqual(['copy.mkv']);
    expect((await client.account(crawl)).offer).not.toBe('unknown');
  });

  it('never trips the documented limits by its own, however much is asked at once', async () => {
    const { emulated, client } = await start({ preset: 'documented' }, { pacer: {}, intervals: {} });
    const files = ['a', 'b', 'c', 'd'].map((name) =>
      emulated.account.addFile(0, name, bytesContent(Buffer.from(name))),
    );
    const links = files.map((url) => client.getLink(url, viewer));
    const listing = client.listFolder(0, crawl);
    expect(new Set(await Promise.all(links)).size).toBe(4);
    expect((await listing).files).toHaveLength(4);
    await expect(client.listFolder(0, { priority: 'browse' })).rejects.toMatchObject({
      kind: 'rate-limited',
    });
    expect(client.budget().lockedUntil).toBeNull();
  });

  it('stops at a flood lock, and makes no call while it lasts', async () => {
    const { emulated, client } = await start();
    const url = emulated.account.addFile(0, 'a', bytesContent(Buffer.from('a')));
    emulated.lockApi(60);
    await expect(client.getLink(url, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    await expect(client.getLink(url, viewer)).rejects.toMatchObject({ kind: 'flood-locked' });
    expect(client.budget().calls).toEqual({ getLink: 1 });
  });

  it('tells a wrong key', async () => {
    const { client } = await start({}, { apiKey: 'wrongKey' });
    await expect(client.account(viewer)).rejects.toMatchObject({ kind: 'api-key-invalid' });
  });
});

// eslint-disable-next-line @typescript-eslint/require-await
async function* inOneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
