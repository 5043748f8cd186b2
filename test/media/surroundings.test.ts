import { afterEach, describe, expect, it, vi } from 'vitest';
import { get, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { addDemo, eventually, fileNamed, getJson, getMedia } from './media-bridge.ts';

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let whole: WholeBridge;

afterEach(async () => {
  await whole.close();
});

async function bridgeWith(env: Record<string, string>): Promise<void> {
  whole = await startWholeBridge(
    (account) => {
      for (const demo of ['film.mkv', 'episode.mkv', 'song.mp3', 'subtitles.srt']) addDemo(account, demo);
    },
    { env },
  );
}

describe('without ffmpeg', () => {
  it('the media information says so, and what needs it is refused in plain words', async () => {
    await bridgeWith({ BRIDGE_FFMPEG: '/nowhere/ffmpeg' });
    expect(await getJson(whole, `/api/v1/media/${fileNamed(whole, 'film.mkv').id}`)).toMatchObject({
      status: 200,
      body: { plan: 'remux', ffmpeg: false },
    });
    for (const what of ['play.mp4', 'thumbnail.jpg', 'subtitles/3.vtt']) {
      const { status, body } = await getMedia(whole, 'film.mkv', what);
      expect({ what, status, body: JSON.parse(body.toString()) as unknown }).toMatchObject({
        what,
        status: 501,
        body: { error: 'media-program-missing', message: 'ffmpeg is not installed' },
      });
    }
  });

  it('subtitle files in the most common form are shown all the same', async () => {
    await bridgeWith({ BRIDGE_FFMPEG: '/nowhere/ffmpeg', BRIDGE_FFPROBE: '/nowhere/ffprobe' });
    expect((await getMedia(whole, 'subtitles.srt', 'subtitles.vtt')).status).toBe(200);
    expect((await getMedia(whole, 'film.mkv', 'play.mp4')).status).toBe(501);
  });
});

describe('with BRIDGE_PROBE', () => {
  it('off, nothing is looked into', async () => {
    await bridgeWith({ BRIDGE_PROBE: 'off' });
    whole.emulator.resetCounts();
    expect((await getMedia(whole, 'film.mkv', 'play.mp4')).status).toBe(403);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('background, every film and song becomes known without anybody asking, for a direct link each', async () => {
    await bridgeWith({ BRIDGE_PROBE: 'background' });
    const names = ['film.mkv', 'episode.mkv', 'song.mp3'];
    const known = (): boolean => {
      const table = whole.bridge.account.media;
      return names.every((name) => table.find(fileNamed(whole, name)) !== null);
    };
    await eventually('all is known', known);
    expect(whole.emulator.counts().api).toMatchObject({ get_token: 3 });
    whole = await whole.restart();
    expect(known()).toBe(true);
  });
});

describe('with a token', () => {
  const secret = 'a-token-of-the-test';

  it('what is made of a file needs the token or the signature of that file', async () => {
    await bridgeWith({ BRIDGE_TOKEN: secret });
    const film = fileNamed(whole, 'film.mkv');
    const asOwner = { authorization: `Bearer ${secret}` };
    expect((await getMedia(whole, 'film.mkv', 'thumbnail.jpg')).status).toBe(401);
    const { body } = await get(whole, `/api/v1/media/${film.id}`, asOwner);
    const { addresses } = JSON.parse(body.toString()) as { addresses: { play: string; thumbnail: string } };
    expect((await get(whole, addresses.thumbnail)).status).toBe(200);
    expect((await get(whole, addresses.play)).status).toBe(200);
    const other = fileNamed(whole, 'episode.mkv').id;
    expect((await get(whole, addresses.play.replace(film.id, other))).status).toBe(401);
  });
});

it('the interface document describes the media routes', async () => {
  await bridgeWith({});
  const { body } = await getJson(whole, '/api/v1/openapi.json');
  expect(Object.keys((body as { paths: object }).paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/media/{fileId}',
      '/media/{fileId}/play.mp4',
      '/media/{fileId}/thumbnail.jpg',
      '/media/{fileId}/subtitles/{index}.vtt',
      '/media/{fileId}/subtitles.vtt',
    ]),
  );
});
