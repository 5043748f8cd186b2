import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { addDemo, addText, getMedia } from './media-bridge.ts';

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let whole: WholeBridge;

beforeAll(async () => {
  whole = await startWholeBridge((account) => {
    addDemo(account, 'film.mkv');
    addDemo(account, 'subtitles.srt');
    addDemo(account, 'subtitles.ass');
    addText(account, 'pictures.sub', 'VobSub');
    addText(account, 'own.vtt', 'WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n');
  });
});

afterAll(async () => {
  await whole.close();
});

describe('subtitles for a browser', () => {
  it.each(['subtitles.srt', 'subtitles.ass'])('are WebVTT from %s', async (name) => {
    const { status, headers, body } = await getMedia(whole, name, 'subtitles.vtt');
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/vtt; charset=utf-8',
    });
    expect(body.toString()).toMatch(/^WEBVTT\n\n(?:\d\d:)?\d\d:\d\d\.\d{3} --> .+\n.+/);
    expect(body.toString()).not.toContain('{\\');
  });

  it('are passed on from a file that is WebVTT already', async () => {
    expect((await getMedia(whole, 'own.vtt', 'subtitles.vtt')).body.toString()).toContain('Hi');
  });

  it('are WebVTT from a track of a film, made once', async () => {
    const first = await getMedia(whole, 'film.mkv', 'subtitles/3.vtt');
    expect(first.status).toBe(200);
    expect(first.body.toString()).toMatch(/^WEBVTT\n/);
    whole.emulator.resetCounts();
    expect((await getMedia(whole, 'film.mkv', 'subtitles/3.vtt')).body.equals(first.body)).toBe(true);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('are refused plainly where there are none that hold text', async () => {
    expect((await getMedia(whole, 'film.mkv', 'subtitles/1.vtt')).status).toBe(404);
    expect((await getMedia(whole, 'film.mkv', 'subtitles/x.vtt')).status).toBe(404);
    const { status, body } = await getMedia(whole, 'pictures.sub', 'subtitles.vtt');
    expect(status).toBe(422);
    expect(body.toString()).toContain('cannot be shown as text');
  });
});
