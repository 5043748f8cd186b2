import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { addDemo, addText, fileNamed, getJson } from './media-bridge.ts';

/** What makes ffmpeg open an address that is in a file. */
function playlistOf(address: string): string {
  return `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\n${address}\n#EXT-X-ENDLIST\n`;
}

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let whole: WholeBridge;
let elsewhereAsked = 0;
const elsewhere = createServer((_request, response) => {
  elsewhereAsked += 1;
  response.end();
});

beforeAll(async () => {
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  whole = await startWholeBridge((account) => {
    addDemo(account, 'film.mkv');
    addDemo(account, 'film.mp4');
    addDemo(account, 'song.flac');
    addDemo(account, 'photo.jpg');
    addDemo(account, 'episode.mkv', '-i $(reboot) "; rm -rf ~.mkv');
    addText(account, 'not a film.mkv', 'This is text, whatever its name says. '.repeat(100));
    addText(account, 'playlist.mp4', playlistOf(`http://127.0.0.1:${port}/segment.ts`));
    addText(account, 'notes.txt', 'notes');
  });
});

afterAll(async () => {
  await whole.close();
  elsewhere.close();
});

function information(name: string): Promise<{ status: number; body: unknown }> {
  return getJson(whole, `/api/v1/media/${fileNamed(whole, name).id}`);
}

describe('what a media file holds', () => {
  it('is told of a film with its tracks and how a browser plays it, for one direct link', async () => {
    whole.emulator.resetCounts();
    const { status, body } = await information('film.mkv');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      durationMs: 15_023,
      container: 'matroska,webm',
      video: [{ index: 0, codec: 'h264', width: 640, height: 360, aspect: 1.778, hdr: null }],
      audio: [
        { index: 1, codec: 'aac', language: 'eng', isDefault: true },
        { index: 2, codec: 'aac', language: 'fra', isDefault: false },
      ],
      subtitles: [{ index: 3, codec: 'subrip', language: 'eng' }],
      plan: 'remux',
      ffmpeg: true,
      addresses: { play: `/media/${fileNamed(whole, 'film.mkv').id}/play.mp4` },
    });
    expect(whole.emulator.counts().api).toEqual({ get_token: 1 });
  });

  it('is told again without a call or a byte, also after a restart', async () => {
    const first = await information('film.mkv');
    whole.emulator.resetCounts();
    expect(await information('film.mkv')).toEqual(first);
    whole = await whole.restart();
    whole.emulator.resetCounts();
    expect(await information('film.mkv')).toEqual(first);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('is asked of ffprobe once for all who want to know at the same time', async () => {
    whole.emulator.resetCounts();
    const answers = await Promise.all(Array.from({ length: 20 }, () => information('film.mp4')));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ plan: 'direct' });
    expect(whole.emulator.counts().api).toEqual({ get_token: 1 });
  });

  it('is told of songs and pictures too', async () => {
    expect((await information('song.flac')).body).toMatchObject({
      durationMs: 10_000,
      video: [],
      audio: [{ codec: 'flac' }],
      plan: 'direct',
    });
    expect((await information('photo.jpg')).body).toMatchObject({
      video: [{ codec: 'mjpeg', width: 960, height: 640 }],
      plan: 'direct',
    });
  });

  it('is told whatever the name of the file is', async () => {
    const { status, body } = await information('-i $(reboot) "; rm -rf ~.mkv');
    expect({ status, body }).toMatchObject({ status: 200, body: { video: [{ codec: 'h264' }] } });
  });

  it('is refused for what is no media, the second time without looking', async () => {
    const refused = { status: 422, body: { error: 'media-unreadable' } };
    expect(await information('not a film.mkv')).toMatchObject(refused);
    whole.emulator.resetCounts();
    expect(await information('not a film.mkv')).toMatchObject(refused);
    expect(await information('notes.txt')).toMatchObject(refused);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('is never looked for at addresses that the file itself names', async () => {
    const { status, body } = await information('playlist.mp4');
    expect({ status, body }).toMatchObject({ status: 422, body: { error: 'media-unreadable' } });
    expect(elsewhereAsked).toBe(0);
  });

  it('does not become known as no media when 1fichier failed', async () => {
    const whole2 = await startWholeBridge((account) => addDemo(account, 'film.mkv'), {
      env: { BRIDGE_PATIENCE: '1s' },
    });
    try {
      const address = `/api/v1/media/${fileNamed(whole2, 'film.mkv').id}`;
      whole2.emulator.faults.always({ kind: 'status', status: 503 });
      expect(await getJson(whole2, address)).toMatchObject({
        status: 504,
        body: { error: 'patience-exhausted' },
      });
      whole2.emulator.faults.clear();
      expect(await getJson(whole2, address)).toMatchObject({ status: 200 });
    } finally {
      await whole2.close();
    }
  });
});
