import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileContent, syntheticContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { get, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { addDemo, addText, eventually, fileNamed, getMedia, runningPrograms } from './media-bridge.ts';

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What 1fichier does not give within this time is given up. */
const IMPATIENT = { env: { BRIDGE_PATIENCE: '2s' } };

let whole: WholeBridge;
const directory = mkdtempSync(join(tmpdir(), 'thumbnails-'));

beforeAll(async () => {
  const long = join(directory, 'long.mkv');
  const copies = ['-stream_loop', '160', '-i', 'src/emulator/media/film.mkv', '-c', 'copy', long];
  expect((await runProgram('ffmpeg', ['-v', 'error', ...copies])).code).toBe(0);
  whole = await startWholeBridge((account) => {
    addDemo(account, 'film.mkv');
    addDemo(account, 'film.mkv', 'later.mkv');
    addDemo(account, 'photo.jpg');
    addDemo(account, 'song.mp3');
    account.addFile(0, 'long.mkv', fileContent(long));
    const album = account.addFolder(0, 'Album');
    account.addFile(album, '01.mp3', fileContent('src/emulator/media/song.mp3'));
    account.addFile(album, '02.mp3', fileContent('src/emulator/media/song.mp3'));
    account.addFile(album, 'Cover.JPG', fileContent('src/emulator/media/poster.jpg'));
    addText(account, 'broken.mkv', 'no film at all '.repeat(1000));
    account.addFile(0, 'noise.avi', syntheticContent(1, 50_000_000));
  }, IMPATIENT);
});

afterAll(async () => {
  await whole.close();
  rmSync(directory, { recursive: true, force: true });
});

async function sizeOf(jpeg: Buffer): Promise<string> {
  const path = join(directory, 'thumbnail.jpg');
  await writeFile(path, jpeg);
  const show = ['-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0'];
  return (await runProgram('ffprobe', ['-v', 'error', ...show, path])).stdout.toString().trim();
}

describe('a thumbnail', () => {
  it('is a JPEG of the width that is asked for, in the proportions of the film', async () => {
    const answer = await getMedia(whole, 'film.mkv', 'thumbnail.jpg?width=320');
    expect(answer.headers['content-type']).toBe('image/jpeg');
    expect(await sizeOf(answer.body)).toBe('mjpeg,320,180');
    expect(await sizeOf((await getMedia(whole, 'film.mkv', 'thumbnail.jpg?width=160')).body)).toBe(
      'mjpeg,160,90',
    );
  });

  it('of a picture is that picture, smaller', async () => {
    expect(await sizeOf((await getMedia(whole, 'photo.jpg', 'thumbnail.jpg?width=240')).body)).toBe(
      'mjpeg,240,160',
    );
  });

  it('of a song is the cover beside it, made once for the album', async () => {
    const { library } = whole.bridge.account;
    const ask = async (path: string): Promise<Buffer> => {
      const entry = library.entryAt(path);
      const answer = await get(whole, `/media/${String(entry?.id)}/thumbnail.jpg?width=100`);
      expect(answer.status).toBe(200);
      return answer.body;
    };
    expect(await sizeOf(await ask('/Album/01.mp3'))).toBe('mjpeg,100,150');
    whole.emulator.resetCounts();
    await ask('/Album/02.mp3');
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('is made once, for all who ask at once and over a restart', async () => {
    const [first] = await Promise.all(
      Array.from({ length: 10 }, () => getMedia(whole, 'film.mkv', 'thumbnail.jpg?width=200')),
    );
    whole = await whole.restart();
    whole.emulator.resetCounts();
    const again = await getMedia(whole, 'film.mkv', 'thumbnail.jpg?width=200');
    expect(again.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('can be kept by browsers, for ever where its address names the version', async () => {
    const { id, version } = fileNamed(whole, 'film.mkv');
    const path = `/media/${id}/thumbnail.jpg`;
    const answer = await get(whole, path);
    expect(answer.headers['cache-control']).toBe('private, max-age=3600');
    expect((await get(whole, `${path}?v=${version}`)).headers['cache-control']).toContain('immutable');
    const etag = String(answer.headers['etag']);
    expect((await get(whole, path, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(whole, `${path}?width=100`, { 'if-none-match': etag })).status).toBe(200);
  });

  it('of a film reads little of it', async () => {
    whole.emulator.resetCounts();
    expect((await getMedia(whole, 'long.mkv', 'thumbnail.jpg')).status).toBe(200);
    const { api, storageBytes } = whole.emulator.counts();
    expect(api).toEqual({ get_token: 1 });
    // What the kernel had taken on for connections that were then given up counts as well: some 5 MB each.
    expect(storageBytes).toBeLessThan(fileNamed(whole, 'long.mkv').size / 2);
  });

  it('is refused in plain words where there is no picture, the second time without looking', async () => {
    const refused = { status: 404 };
    expect(await getMedia(whole, 'song.mp3', 'thumbnail.jpg')).toMatchObject(refused);
    expect(await getMedia(whole, 'broken.mkv', 'thumbnail.jpg')).toMatchObject(refused);
    whole.emulator.resetCounts();
    const { status, body } = await getMedia(whole, 'song.mp3', 'thumbnail.jpg');
    expect({ status, body: JSON.parse(body.toString()) as unknown }).toMatchObject({
      status: 404,
      body: { message: 'no picture can be made of this file' },
    });
    expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0 });
  });

  it('is given up when nobody waits for it any more', async () => {
    whole.emulator.faults.always({ kind: 'stall' }, { file: fileNamed(whole, 'noise.avi').url });
    const gone = new AbortController();
    const path = `/media/${fileNamed(whole, 'noise.avi').id}/thumbnail.jpg`;
    const asked = whole.pool.request({ method: 'GET', path, signal: gone.signal });
    await eventually('ffprobe runs', () => runningPrograms().length === 1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await eventually('ffprobe is gone', () => runningPrograms().length === 0);
    whole.emulator.faults.clear();
  });

  it('that cannot be made now is refused with the time to come back, and made then', async () => {
    const { url } = fileNamed(whole, 'later.mkv');
    const ask = () => getMedia(whole, 'later.mkv', 'thumbnail.jpg');
    whole.emulator.faults.always({ kind: 'status', status: 503 }, { file: url });
    const refused = await ask();
    expect({ status: refused.status, body: JSON.parse(refused.body.toString()) as unknown }).toMatchObject({
      status: 503,
      body: { error: 'picture-later', retryable: true },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['cache-control']).toBe('no-store');
    whole.emulator.faults.clear();
    expect((await ask()).status).toBe(200);
  });

  it('given up by the first who asked is still made for the next', async () => {
    const path = `/media/${fileNamed(whole, 'film.mkv').id}/thumbnail.jpg?width=333`;
    const gone = new AbortController();
    const first = whole.pool.request({ method: 'GET', path, signal: gone.signal });
    const second = get(whole, path);
    await eventually('ffmpeg runs', () => runningPrograms().length > 0);
    gone.abort();
    await expect(first).rejects.toThrow();
    expect((await second).status).toBe(200);
  });

  it('runs no more programs at once than are allowed', async () => {
    const widths = Array.from({ length: 6 }, (_, index) => 64 + index * 2);
    const answers = Promise.all(
      widths.map((width) => getMedia(whole, 'film.mkv', `thumbnail.jpg?width=${width}`)),
    );
    let most = 0;
    let done = false;
    void answers.finally(() => (done = true));
    await eventually('all are answered', () => {
      most = Math.max(most, runningPrograms().length);
      return done;
    });
    expect((await answers).map(({ status }) => status)).toEqual(widths.map(() => 200));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
  });
});
