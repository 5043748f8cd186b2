import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../support/fake-clock.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Answer } from './api-client.ts';
import { call, emulatorForTest, link, listed, readAnswer } from './api-client.ts';

interface Sent {
  readonly node: string;
  readonly id: string;
  readonly response: Response;
}

async function uploadNode(emulator: Emulator): Promise<{ node: string; id: string }> {
  const { body } = await call(emulator, 'upload/get_upload_server');
  return { node: `http://${z.string().parse(body.url)}`, id: z.string().parse(body.id) };
}

async function upload(emulator: Emulator, bytes: string, folderId = 0, again?: Sent): Promise<Sent> {
  const { node, id } = again ?? (await uploadNode(emulator));
  const form = new FormData();
  form.append('file[]', new Blob([bytes]), 'new.txt');
  form.append('did', String(folderId));
  const response = await fetch(`${node}/upload.cgi?id=${id}`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { Authorization: `Bearer ${emulator.apiKey}` },
  });
  return { node, id, response };
}

async function report({ node, id }: Sent, headers: Record<string, string> = { JSON: '1' }): Promise<Answer> {
  return readAnswer(await fetch(`${node}/end.pl?xid=${id}`, { headers }));
}

describe('uploading', () => {
  test('upload.cgi redirects to a report whose size is a string, and the file is there (quirks 10, 47)', async () => {
    const emulator = await emulatorForTest();
    const folder = emulator.account.addFolder(0, 'Inbox');
    const sent = await upload(emulator, 'Hello world\n', folder);
    expect(sent.response.status).toBe(302);
    expect(sent.response.headers.get('location')).toBe(`/end.pl?xid=${sent.id}`);
    const { body } = await report(sent);
    const [item] = listed(await call(emulator, 'file/ls', { folder_id: folder }));
    expect(body).toEqual({
      incoming: 0,
      links: [
        { download: item?.url, filename: 'new.txt', remove: '', size: '12', whirlpool: item?.checksum },
      ],
    });
    expect(await (await fetch(await link(emulator, String(item?.url)))).text()).toBe('Hello world\n');
    expect(emulator.counts().uploadNode).toEqual({ 'upload.cgi': 1, 'end.pl': 1 });
  });

  test('the report is JSON only to the header `JSON: 1`, CSV to `EXPORT: 1`, else HTML (quirk 47)', async () => {
    const emulator = await emulatorForTest();
    const sent = await upload(emulator, 'x');
    expect((await report(sent)).headers.get('content-type')).toContain('application/json');
    expect((await report(sent, {})).headers.get('content-type')).toContain('text/html');
    expect((await report(sent, { EXPORT: '1' })).text).toMatch(/^new\.txt;1;[a-z0-9]{20};;0\n$/);
  });

  test('an id is 10 alphanumerics and serves one upload; its report is kept two hours (quirk 48)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock });
    const sent = await upload(emulator, 'x');
    expect(sent.id).toMatch(/^[A-Za-z0-9]{10}$/);
    expect((await upload(emulator, 'x', 0, sent)).response.status).toBe(403);
    await clock.advance(7_200_000);
    expect((await report(sent)).status).toBe(200);
    await clock.advance(1);
    expect((await report(sent)).status).toBe(404);
  });

  test('an empty file and an unannounced length are refused (quirk 49)', async () => {
    const emulator = await emulatorForTest();
    expect((await upload(emulator, '')).response.status).toBe(403);
    const { node, id } = await uploadNode(emulator);
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('--b--\r\n'));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body,
      duplex: 'half' as const,
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
    };
    expect((await fetch(`${node}/upload.cgi?id=${id}`, init)).status).toBe(411);
    emulator.quirks.refuseEmptyFiles = false;
    expect((await upload(emulator, '')).response.status).toBe(302);
  });

  test('an unknown folder id lands in the root without a word (quirk 50)', async () => {
    const emulator = await emulatorForTest();
    expect((await upload(emulator, 'x', 123)).response.status).toBe(302);
    expect(listed(await call(emulator, 'file/ls', {}))).toMatchObject([{ filename: 'new.txt' }]);
    emulator.quirks.unknownUploadFolder = 'refused';
    expect((await upload(emulator, 'x', 123)).response.status).toBe(404);
  });

  test('uploads fail as they have been seen to (quirk 51)', async () => {
    const emulator = await emulatorForTest({ quirks: { uploadFault: 'no-links' } });
    expect((await report(await upload(emulator, 'x'))).body).toEqual({ incoming: 0, links: [] });
    emulator.quirks.uploadFault = 'html-report';
    expect((await report(await upload(emulator, 'x'))).headers.get('content-type')).toContain('text/html');
    emulator.quirks.uploadFault = 'cut';
    await expect(upload(emulator, 'x'.repeat(100_000))).rejects.toThrow();
    emulator.quirks.uploadFault = 'none';
    emulator.quirks.overQuota = true;
    const refused = await upload(emulator, 'x');
    expect((await readAnswer(refused.response)).body.message).toMatch(/^Not enough storage space #\d+$/);
  });

  test('get_upload_server without a JSON content type fails, and needs no key (quirk 8)', async () => {
    const emulator = await emulatorForTest();
    const address = `${emulator.apiUrl}/upload/get_upload_server.cgi`;
    expect((await fetch(address)).status).toBe(403);
    const typed = await fetch(address, { headers: { 'Content-Type': 'application/json' } });
    expect((await readAnswer(typed)).body).not.toHaveProperty('status');
    emulator.quirks.uploadServerNeedsJsonType = false;
    expect((await fetch(address)).status).toBe(200);
  });
});

describe('remote uploads', () => {
  test('are pending, then done, and the file is listed', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { remoteUploadSeconds: 30 } });
    const source = 'https://example.net/files/film.mkv';
    const { body } = await call(emulator, 'remote/request', { urls: [source] });
    expect(body).toMatchObject({ status: 'OK', id: 1, urls: [source] });
    expect(listed(await call(emulator, 'remote/ls'), 'data')).toMatchObject([{ id: 1, execution_date: '' }]);
    await clock.advance(30_000);
    const [item] = listed(await call(emulator, 'file/ls', {}));
    expect(item?.filename).toBe('film.mkv');
    expect((await call(emulator, 'remote/info', { id: 1 })).body.result).toEqual([
      { status: 'OK', url: source, download_link: item?.url, message: '' },
    ]);
  });

  test('can fail', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { remoteUploadOutcome: 'failed' } });
    await call(emulator, 'remote/request', { urls: ['https://example.net/x'] });
    await clock.advance(0);
    expect((await call(emulator, 'remote/info', { id: 1 })).body.result).toMatchObject([{ status: 'KO' }]);
  });
});
