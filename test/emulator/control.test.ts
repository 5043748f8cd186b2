import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import type { Answer } from './api-client.ts';
import { call, emulatorForTest, link, listed, readAnswer } from './api-client.ts';

async function order(emulator: Emulator, orders: object): Promise<Answer> {
  return readAnswer(await fetch(emulator.controlUrl, { method: 'POST', body: JSON.stringify(orders) }));
}

describe('the control endpoint', () => {
  test('tells quirks and counts', async () => {
    const emulator = await emulatorForTest();
    await call(emulator, 'folder/ls');
    const { body } = await readAnswer(await fetch(emulator.controlUrl));
    expect(body.quirks).toEqual(emulator.quirks);
    expect(body.counts).toEqual(emulator.counts());
    expect(emulator.counts().apiCalls).toBe(1);
  });

  test('sets quirks and presets, and refuses values no quirk has', async () => {
    const emulator = await emulatorForTest();
    await order(emulator, { preset: 'documented', quirks: { listingCap: 7 } });
    expect(emulator.quirks).toMatchObject({ callsPerSecond: 3, listingCap: 7 });
    expect((await order(emulator, { quirks: { listingCap: 'many' } })).status).toBe(400);
    expect((await order(emulator, { colour: 'red' })).status).toBe(400);
    expect(emulator.quirks.listingCap).toBe(7);
  });

  test('scripts faults, expires links, refuses connections and resets counts', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a', syntheticContent('a', 10)));
    await order(emulator, {
      faults: [{ fault: { kind: 'status', status: 503 }, times: 2 }],
      apiFaults: [{ fault: { kind: 'html' }, where: { endpoint: 'file/ls' }, times: 'always' }],
    });
    expect([
      (await fetch(direct)).status,
      (await fetch(direct)).status,
      (await fetch(direct)).status,
    ]).toEqual([503, 503, 200]);
    expect((await call(emulator, 'file/ls')).headers.get('content-type')).toContain('text/html');
    await order(emulator, { clearFaults: true, expireLinks: true, resetCounts: true });
    expect((await fetch(direct)).status).toBe(410);
    expect(emulator.counts()).toMatchObject({ storageRequests: 1, apiCalls: 0 });
    await order(emulator, { storageConnections: 'refuse' });
    await expect(fetch(direct)).rejects.toThrow('fetch failed');
    await order(emulator, { storageConnections: 'accept', lockApiSeconds: 60 });
    expect((await call(emulator, 'folder/ls')).status).toBe(403);
  });

  test('edits the account and gives what each edit made', async () => {
    const emulator = await emulatorForTest();
    const { body } = await order(emulator, {
      edits: [
        { edit: 'addFolder', parentId: 0, name: 'Movies' },
        { edit: 'addFile', folderId: 0, name: 'a.mkv', size: 5, seed: 'a' },
      ],
    });
    const [folder, url] = Array.isArray(body.made) ? (body.made as unknown[]) : [];
    await order(emulator, { edits: [{ edit: 'moveFile', url, folderId: folder }] });
    expect(listed(await call(emulator, 'file/ls', { folder_id: folder }))).toMatchObject([{ url, size: 5 }]);
    expect((await order(emulator, { edits: [{ edit: 'removeFolder', id: 1 }] })).status).toBe(400);
  });
});

describe('the emulator on its own', () => {
  test('says where it listens, and ends when told to', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/emulator/standalone.ts']);
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const api = /^FICHIER_API_URL=(.+)$/m.exec(output.toString())?.[1];
    const answer = await readAnswer(await fetch(`${api}/folder/ls.cgi`, { method: 'POST' }));
    expect(answer.status).toBe(401);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
