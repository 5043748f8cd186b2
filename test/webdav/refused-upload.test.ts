import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesContent } from '../../src/emulator/content.ts';
import type { Quirks } from '../../src/emulator/quirks.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const OLD = Buffer.from('what was there before');

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startWholeBridge((account) => void account.addFile(0, 'old.mkv', bytesContent(OLD)), {
    env: { BRIDGE_WRITE: 'true' },
  });
});

afterEach(() => whole.close());

async function send(method: string, path: string, body: string | null = null, headers = {}) {
  const answer = await whole.pool.request({ method, path: `/dav/${path}`, body, headers });
  return { status: answer.statusCode, text: await answer.body.text() };
}

test.each<[string, Partial<Quirks>, number, RegExp]>([
  ['quota', { overQuota: true }, 507, /The 1fichier storage is full/],
  ['a broken connection', { uploadFault: 'cut' }, 502, /upload-unconfirmed|upstream-unavailable/],
])(
  'an upload refused for %s loses nothing, and shows nothing of the new file in bridge or account',
  async (_why, quirks, status, told) => {
    Object.assign(whole.emulator.quirks, quirks);
    for (const name of ['old.mkv', 'new.mkv']) {
      const refused = await send('PUT', name, 'x'.repeat(3_000_000));
      expect(refused.status).toBe(status);
      expect(refused.text).toMatch(told);
    }
    expect((await send('GET', 'old.mkv')).text).toBe(OLD.toString());
    expect((await send('GET', 'new.mkv')).status).toBe(404);
    const listing = await send('PROPFIND', '', null, { depth: '1' });
    expect(listing.text.match(/<D:href>[^<]*/g)).toEqual(['<D:href>/dav/', '<D:href>/dav/old.mkv']);
    expect(whole.emulator.account.files(0).map(({ name }) => name)).toEqual(['old.mkv']);
  },
);

test('the connection of an upload that broke off half-way serves the next request at once', async () => {
  whole.emulator.quirks.uploadFault = 'cut';
  for (let time = 0; time < 20; time += 1) {
    expect((await send('PUT', 'new.mkv', 'x'.repeat(3_000_000))).status).toBe(502);
  }
});
