import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { call, emulatorForTest, link, readAnswer } from './api-client.ts';

const TINY = syntheticContent('tiny', 10);
const FLOOD = /^Flood detected: (IP|User) Locked #\d+$/;

describe('the API answers', () => {
  test('401 to a call without the key (quirk 1)', async () => {
    const emulator = await emulatorForTest();
    const bare = (): Promise<Response> => fetch(`${emulator.apiUrl}/folder/ls.cgi`, { method: 'POST' });
    const refused = await readAnswer(await bare());
    expect(refused.status).toBe(401);
    expect(refused.body).toEqual({ status: 'KO', message: 'Not authenticated #247' });
    emulator.quirks.requireKey = false;
    expect((await bare()).status).toBe(200);
  });

  test('every refusal with a number, and one text with several (quirk 2)', async () => {
    const emulator = await emulatorForTest({ quirks: { offer: 0 } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const refusal = async (): Promise<unknown> =>
      (await call(emulator, 'download/get_token', { url })).body.message;
    const messages = new Set<unknown>();
    while (messages.size < 2) messages.add(await refusal());
    expect([...messages].sort()).toEqual([
      'Must be a customer (Premium, Access) #200',
      'Must be a customer (Premium, Access) #236',
    ]);
    emulator.quirks.errorNumbers = 'first';
    expect(await refusal()).toBe('Must be a customer (Premium, Access) #236');
  });

  test('with keys in an order that changes (quirk 9)', async () => {
    const emulator = await emulatorForTest();
    const order = async (): Promise<string> => Object.keys((await call(emulator, 'folder/ls')).body).join();
    const first = await order();
    await expect.poll(order).not.toBe(first);
    emulator.quirks.shuffleKeys = false;
    expect(await order()).toBe(await order());
  });

  test('file/info without `status`, `folder_id` as a string (quirk 10)', async () => {
    const emulator = await emulatorForTest();
    const folder = emulator.account.addFolder(0, 'Movies');
    const url = emulator.account.addFile(folder, 'a.mkv', TINY);
    const { body } = await call(emulator, 'file/info', { url });
    expect(body).not.toHaveProperty('status');
    expect(body).toMatchObject({ folder_id: String(folder), path: 'Movies', description: null, acl: {} });
    emulator.quirks.omitStatusWhereSeen = false;
    emulator.quirks.infoFolderIdType = 'number';
    expect((await call(emulator, 'file/info', { url })).body).toMatchObject({
      status: 'OK',
      folder_id: folder,
    });
  });

  test('404 `Resource not found #469` for an unknown file (quirk 11)', async () => {
    const emulator = await emulatorForTest();
    const unknown = { url: 'https://1fichier.com/?abcdefghij0123456789' };
    const answer = await call(emulator, 'download/get_token', unknown);
    expect([answer.status, answer.body.message]).toEqual([404, 'Resource not found #469']);
    emulator.quirks.notFoundStatus = 200;
    expect((await call(emulator, 'download/get_token', unknown)).status).toBe(200);
  });

  test('the password of a protected file, or nothing (quirk 12)', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY, { password: 'secret' });
    const answerTo = async (fields: object): Promise<string> =>
      (await call(emulator, 'download/get_token', { url, ...fields })).text;
    expect(await answerTo({})).toMatch('Password not provided. Resource not allowed #');
    expect(await answerTo({ pass: 'x' })).toMatch('Invalid password. Resource not allowed #');
    expect(await answerTo({ pass: 'secret' })).toMatch('"OK"');
    emulator.quirks.enforcePasswords = false;
    expect(await answerTo({})).toMatch('"OK"');
  });

  test('plain `IP Locked` or a maintenance page during an outage (quirk 13)', async () => {
    const emulator = await emulatorForTest({ quirks: { outage: 'plain-ip-locked' } });
    const locked = await call(emulator, 'folder/ls');
    expect([locked.status, locked.text]).toEqual([403, 'IP Locked']);
    emulator.quirks.outage = 'maintenance-page';
    const maintenance = await call(emulator, 'folder/ls');
    expect([maintenance.status, maintenance.headers.get('content-type')]).toEqual([
      503,
      'text/html; charset=utf-8',
    ]);
  });

  test('`Owner locked` for a file whose owner is', async () => {
    const emulator = await emulatorForTest();
    const url = emulator.account.addFile(0, 'a.mkv', TINY, { ownerLocked: true });
    expect((await call(emulator, 'file/info', { url })).body.message).toMatch(/^Owner locked #(620|649)$/);
  });

  test('indented to `pretty`', async () => {
    const emulator = await emulatorForTest();
    expect((await call(emulator, 'folder/ls', { pretty: 1 })).text).toContain('\n   "');
  });

  test('on the paths of articles too, when told so', async () => {
    const emulator = await emulatorForTest({ quirks: { classicPaths: true } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    expect((await call(emulator, 'link/get_link', { url })).body.status).toBe('OK');
    expect(emulator.counts().api).toEqual({ get_token: 1 });
    emulator.quirks.classicPaths = false;
    expect((await call(emulator, 'link/get_link', { url })).status).toBe(404);
  });
});

describe('the flood guard', () => {
  test('locks after the fourth call in a second, with 403 and no Retry-After (quirks 3, 6, 15)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    for (const folder of [1, 2, 3].map((name) => emulator.account.addFolder(0, String(name)))) {
      expect((await call(emulator, 'folder/ls', { folder_id: folder })).status).toBe(200);
    }
    const flooded = await call(emulator, 'folder/ls');
    expect(flooded.status).toBe(403);
    expect(flooded.body.message).toMatch(FLOOD);
    expect(flooded.headers.has('retry-after')).toBe(false);
    expect(emulator.counts().floodAnswers).toBe(1);
    emulator.quirks.floodStatus = 429;
    emulator.quirks.retryAfterSeconds = 9;
    const again = await call(emulator, 'folder/ls');
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '9']);
  });

  test('answers every call of a lock with the flood, and starts the lock anew at each (quirk 4)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { lockSeconds: 60 } });
    emulator.lockApi(60);
    await clock.advance(59_000);
    expect((await call(emulator, 'folder/ls')).body.message).toMatch(FLOOD);
    await clock.advance(59_000);
    expect((await call(emulator, 'folder/ls')).body.message).toMatch(FLOOD);
    emulator.quirks.lockExtendedByCalls = false;
    await clock.advance(59_000);
    expect((await call(emulator, 'folder/ls')).body.message).toMatch(FLOOD);
    await clock.advance(1_000);
    expect((await call(emulator, 'folder/ls')).status).toBe(200);
  });

  test('leaves direct links alone during a lock (quirk 5)', async () => {
    const emulator = await emulatorForTest();
    const direct = await link(emulator, emulator.account.addFile(0, 'a.mkv', TINY));
    emulator.lockApi(60);
    expect((await fetch(direct)).status).toBe(200);
    emulator.quirks.linksSurviveLock = false;
    expect((await fetch(direct)).status).toBe(403);
  });

  test('locks who goes on earning 401, 403, 404 and 410 (quirk 14)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { errorBudget: { answers: 2, seconds: 10 } } });
    const miss = async (): Promise<unknown> => (await call(emulator, 'file/info', { url: 'x' })).body.message;
    for (let time = 0; time < 4; time += 1) {
      expect(await miss()).toBe('Resource not found #469');
      await clock.advance(6_000);
    }
    await miss();
    await miss();
    expect(await miss()).toMatch(FLOOD);
  });

  test('locks at the second listing of a folder within 30 s (quirk 16)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    expect((await call(emulator, 'folder/ls')).status).toBe(200);
    expect((await call(emulator, 'file/ls')).status).toBe(200);
    await clock.advance(30_000);
    expect((await call(emulator, 'folder/ls')).status).toBe(200);
    await clock.advance(29_999);
    expect((await call(emulator, 'folder/ls')).body.message).toMatch(FLOOD);
  });

  test('locks at the second listing of the account within an hour (quirk 17)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    const everything = { folder_id: -1 };
    expect((await call(emulator, 'file/ls', everything)).status).toBe(200);
    await clock.advance(3_600_000);
    expect((await call(emulator, 'file/ls', everything)).status).toBe(200);
    await clock.advance(3_599_999);
    expect((await call(emulator, 'file/ls', everything)).body.message).toMatch(FLOOD);
  });

  test('locks the user at the second user/info within 5 minutes (quirk 52)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, preset: 'documented' });
    expect((await call(emulator, 'user/info')).body).toMatchObject({ status: 'OK', offer: '1', '2fa': '0' });
    await clock.advance(299_999);
    expect((await call(emulator, 'user/info')).body.message).toBe('Flood detected: User Locked #223');
    emulator.quirks.floodScope = 'key';
    expect((await call(emulator, 'user/info')).body.message).toMatch(/^Flood detected: User APK Locked #/);
  });
});

describe('one location at a time', () => {
  test('a call from another address is refused for minutes after get_token (quirk 43)', async () => {
    const clock = new FakeClock();
    const emulator = await emulatorForTest({ clock, quirks: { oneLocationSeconds: 300 } });
    await link(emulator, emulator.account.addFile(0, 'a.mkv', TINY));
    const fromElsewhere = async (): Promise<string> => {
      const asked = request(`${emulator.apiUrl}/folder/ls.cgi`, {
        method: 'POST',
        localAddress: '127.0.0.2',
        headers: { Authorization: `Bearer ${emulator.apiKey}`, 'Content-Type': 'application/json' },
      });
      asked.end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return text(answer);
    };
    expect(await fromElsewhere()).toContain('Only 1 location allowed at a time #887');
    await clock.advance(300_000);
    expect(await fromElsewhere()).toContain('"OK"');
  });
});

describe('get_token', () => {
  test('refuses a free account (quirk 34)', async () => {
    const emulator = await emulatorForTest({ quirks: { offer: 0 } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const answer = await call(emulator, 'download/get_token', { url });
    expect(answer.body.message).toMatch(/^Must be a customer \(Premium, Access\) #/);
    emulator.quirks.tokenNeedsPlan = false;
    expect((await call(emulator, 'download/get_token', { url })).body.status).toBe('OK');
  });

  test('refuses a data centre without CDN credits (quirk 44)', async () => {
    const emulator = await emulatorForTest({ quirks: { dataCentre: true } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const token = async (): Promise<string> =>
      (await call(emulator, 'download/get_token', { url, cdn: 1 })).text;
    expect(await token()).toMatch(/professional equipment.*CDN/);
    emulator.quirks.cdnCreditsGb = 5;
    expect(await token()).toMatch('"OK"');
  });

  test('gives another link each time, on several hosts when told so (quirk 39)', async () => {
    const emulator = await emulatorForTest({ quirks: { linkHosts: ['127.0.0.1', 'localhost'] } });
    const url = emulator.account.addFile(0, 'a.mkv', TINY);
    const [first, second] = [await link(emulator, url), await link(emulator, url)];
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/p\d+$/);
    expect(second).toMatch(/^http:\/\/localhost:\d+\/p\d+$/);
    emulator.quirks.newLinkEachToken = false;
    emulator.quirks.linkHosts = ['127.0.0.1'];
    expect(await link(emulator, url)).toBe(first);
  });
});
