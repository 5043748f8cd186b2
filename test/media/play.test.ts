import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { addDemo, eventually, fileNamed, getJson, getMedia, runningPrograms } from './media-bridge.ts';

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let whole: WholeBridge;
const directory = mkdtempSync(join(tmpdir(), 'play-'));

beforeAll(async () => {
  // Far more than fits between ffmpeg and a client that does not read.
  await ffmpeg('-stream_loop', '80', '-i', 'src/emulator/media/film.mkv', '-c', 'copy', 'long.mkv');
  const sources = ['-f', 'lavfi', '-i', 'testsrc=d=2:s=160x120:r=10', '-f', 'lavfi', '-i', 'sine=d=2'];
  await ffmpeg(...sources, '-c:v', 'mpeg4', '-c:a', 'ac3', 'old.avi');
  whole = await startWholeBridge((account) => {
    addDemo(account, 'film.mkv');
    addDemo(account, 'photo.jpg');
    account.addFile(0, 'long.mkv', fileContent(join(directory, 'long.mkv')));
    account.addFile(0, 'old.avi', fileContent(join(directory, 'old.avi')));
  });
});

afterAll(async () => {
  await whole.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ffmpeg(...args: string[]): Promise<void> {
  const output = join(directory, args.pop() ?? '');
  const { code, stderr } = await runProgram('ffmpeg', ['-v', 'error', ...args, output]);
  expect(code, stderr).toBe(0);
}

interface Probed {
  readonly format: { readonly start_time: string; readonly duration: string; readonly format_name: string };
  readonly streams: readonly { readonly codec_name: string; readonly start_time: string }[];
}

async function probe(bytes: Buffer): Promise<Probed> {
  const path = join(directory, 'played.mp4');
  await writeFile(path, bytes);
  const { stdout } = await runProgram('ffprobe', [
    ...['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path],
  ]);
  return JSON.parse(stdout.toString()) as Probed;
}

describe('a film in a container that browsers do not play', () => {
  it('is played as MP4 with the same pictures and sound', async () => {
    const answer = await getMedia(whole, 'film.mkv', 'play.mp4');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'video/mp4', 'x-start-seconds': '0.000' });
    const { format, streams } = await probe(answer.body);
    expect(format.format_name).toContain('mp4');
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
    expect(Number(format.duration)).toBeCloseTo(15, 0);
  });

  it('is played from the second that is asked for, with what lies before it from the key frame on hidden', async () => {
    const answer = await getMedia(whole, 'film.mkv', 'play.mp4?start=7');
    expect(answer.headers['x-start-seconds']).toBe('7.000');
    const { format, streams } = await probe(answer.body);
    // Key frames lie at every even second; time before 0 is what the edit list takes out.
    expect(Number(streams[0]?.start_time)).toBeCloseTo(-1, 1);
    expect(7 + Number(format.start_time) + Number(format.duration)).toBeCloseTo(15, 0);
  });

  it('is played with the sound that is asked for', async () => {
    const french = await getMedia(whole, 'film.mkv', 'play.mp4?audio=2');
    const english = await getMedia(whole, 'film.mkv', 'play.mp4?audio=1');
    expect(french.body.equals(english.body)).toBe(false);
    expect((await probe(french.body)).streams).toHaveLength(2);
    expect((await getMedia(whole, 'film.mkv', 'play.mp4?audio=3')).status).toBe(400);
  });
});

describe('a film in codecs that browsers do not play', () => {
  it('is played with what must be converted converted', async () => {
    expect(await getJson(whole, `/api/v1/media/${fileNamed(whole, 'old.avi').id}`)).toMatchObject({
      body: { plan: 'transcode', video: [{ codec: 'mpeg4' }], audio: [{ codec: 'ac3' }] },
    });
    const { format, streams } = await probe((await getMedia(whole, 'old.avi', 'play.mp4')).body);
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
    expect(Number(format.duration)).toBeCloseTo(2, 0);
  });
});

/** Begins to play and reads nothing beyond the first bytes. */
async function begin(
  name: string,
): Promise<{ status: number; leave: () => void; text: () => Promise<string> }> {
  const path = `/media/${fileNamed(whole, name).id}/play.mp4`;
  const { statusCode, body } = await whole.pool.request({ method: 'GET', path });
  return { status: statusCode, leave: () => void body.destroy(), text: () => body.text() };
}

describe('the programs that play', () => {
  it('wait while the viewer does not read, and are gone when the viewer leaves', async () => {
    const playing = await begin('long.mkv');
    expect(playing.status).toBe(200);
    expect(runningPrograms()).toHaveLength(1);
    playing.leave();
    await eventually('ffmpeg is gone', () => runningPrograms().length === 0);
    await eventually('nothing is read any more', async () => {
      const { body } = await getJson(whole, '/api/v1/streams');
      return (body as { active: unknown[] }).active.length === 0;
    });
  });

  it('are no more than is allowed, and who asks for one more is told so', async () => {
    const first = await begin('long.mkv');
    const second = await begin('long.mkv');
    expect(runningPrograms()).toHaveLength(2);
    const third = await begin('long.mkv');
    expect(third.status).toBe(503);
    expect(JSON.parse(await third.text())).toMatchObject({ error: 'media-busy', retryable: true });
    expect(runningPrograms()).toHaveLength(2);
    first.leave();
    const fourth = await begin('long.mkv');
    expect(fourth.status).toBe(200);
    for (const playing of [second, fourth]) playing.leave();
    await eventually('ffmpeg is gone', () => runningPrograms().length === 0);
  });

  it('are gone when the bridge stops', async () => {
    await begin('long.mkv');
    expect(runningPrograms()).toHaveLength(1);
    whole = await whole.restart();
    expect(runningPrograms()).toEqual([]);
  });

  it('are not run for pictures', async () => {
    expect((await getMedia(whole, 'photo.jpg', 'play.mp4')).status).toBe(400);
  });
});
