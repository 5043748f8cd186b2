import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import type { HdrKind } from '../../src/media/media-info.ts';
import { convertedHdr } from '../../src/media/tone-mapping.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { fileNamed, getJson, getMedia } from './media-bridge.ts';

// ffmpeg takes its time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'tone-mapping-'));
let whole: WholeBridge | null = null;

beforeAll(async () => {
  await film('hdr10.mkv', 'smpte2084');
  await film('hlg.mkv', 'arib-std-b67');
  await film('sdr.mkv', 'bt709');
});
afterEach(async () => {
  await whole?.close();
  whole = null;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Of one skin-like colour, in a form of H.264 that browsers do not play. */
async function film(name: string, transfer: string): Promise<void> {
  const colours = ['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc'];
  const source = ['-f', 'lavfi', '-i', 'color=c=0xa08070:d=1:s=160x90:r=10'];
  await ffmpeg([...source, '-pix_fmt', 'yuv420p10le', '-c:v', 'libx264', ...colours, join(directory, name)]);
}

async function ffmpeg(args: readonly string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await runProgram('ffmpeg', ['-v', 'error', ...args]);
  expect(code, stderr).toBe(0);
  return stdout;
}

async function start(env: Record<string, string> = {}): Promise<WholeBridge> {
  whole = await startWholeBridge(
    (account) => {
      for (const name of ['hdr10.mkv', 'hlg.mkv', 'sdr.mkv']) {
        account.addFile(0, name, fileContent(join(directory, name)));
      }
    },
    { env },
  );
  return whole;
}

/** How far the first picture is from grey, along the axis of red (0 to 128). */
async function redness(picture: Buffer, form: string): Promise<number> {
  const path = join(directory, `answer.${form}`);
  await writeFile(path, picture);
  const as = ['-frames:v', '1', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'];
  const raw = await ffmpeg(['-i', path, ...as]);
  return (raw.at(-1) ?? 0) - 128;
}

async function played(bridge: WholeBridge, name: string): Promise<number> {
  return redness((await getMedia(bridge, name, 'play.mp4')).body, 'mp4');
}

async function saysPale(bridge: WholeBridge, name: string): Promise<unknown> {
  const { body } = await getJson(bridge, `/api/v1/media/${fileNamed(bridge, name).id}`);
  return (body as { pale: unknown }).pale;
}

describe('HDR that must be converted for a browser', () => {
  it.each(['hdr10.mkv', 'hlg.mkv'])('keeps its colours and is called ordinary: %s', async (name) => {
    const bridge = await start();
    const pale = await played(bridge, 'sdr.mkv');
    expect(await played(bridge, name)).toBeGreaterThan(pale * 1.5);
    const path = join(directory, 'answer.mp4');
    const show = ['-show_entries', 'stream=color_transfer,color_space,color_primaries', '-of', 'csv=p=0'];
    const { stdout } = await runProgram('ffprobe', ['-v', 'error', ...show, path]);
    expect(stdout.toString().trim()).toBe('bt709,bt709,bt709');
    expect(await saysPale(bridge, name)).toBe(false);
    const thumbnail = await getMedia(bridge, name, 'thumbnail.jpg');
    expect(await redness(thumbnail.body, 'jpg')).toBeGreaterThan(pale * 1.5);
  });

  it('plays all the same, and is said to look pale, by an ffmpeg without the filters', async () => {
    const plain = join(directory, 'ffmpeg-without-zscale');
    writeFileSync(plain, '#!/bin/sh\ncase "$*" in *-filters*) exit 0;; esac\nexec ffmpeg "$@"\n');
    chmodSync(plain, 0o755);
    const bridge = await start({ BRIDGE_FFMPEG: plain });
    expect(await saysPale(bridge, 'hdr10.mkv')).toBe(true);
    expect(await saysPale(bridge, 'sdr.mkv')).toBe(false);
    expect(await played(bridge, 'hdr10.mkv')).toBeCloseTo(await played(bridge, 'sdr.mkv'), -1);
  });
});

describe('what is tone mapped', () => {
  const planned = (hdr: HdrKind | null, transfer: string | null, copy = false) => {
    const size = { width: 1920, height: 1080, aspect: 16 / 9 };
    const track = { index: 0, codec: 'hevc', ...size, frameRate: 24, hdr, transfer, pixelFormat: null };
    return convertedHdr({ playback: 'transcode', video: { track, copy }, audio: null });
  };

  it.each([
    ['HDR10', 'hdr10', 'smpte2084', 'smpte2084'],
    ['HLG, also of an earlier look at the file', 'hlg', null, 'arib-std-b67'],
    ['Dolby Vision over HLG', 'dolbyvision', 'arib-std-b67', 'arib-std-b67'],
    ['Dolby Vision that says nothing of its picture', 'dolbyvision', null, 'smpte2084'],
    ['not Dolby Vision over an ordinary picture', 'dolbyvision', 'bt709', null],
    ['not an ordinary picture', null, 'bt709', null],
  ] as const)('is %s', (_what, hdr, transfer, mapped) => {
    expect(planned(hdr, transfer)).toBe(mapped);
  });

  it('is nothing that is copied, which the browser maps itself', () => {
    expect(planned('hdr10', 'smpte2084', true)).toBeNull();
  });
});
