import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const MEDIA = new URL('../../src/emulator/media/', import.meta.url);
const MKV = 'film.mkv';

let whole: WholeBridge;

beforeAll(async () => {
  whole = await startWholeBridge((account) => {
    account.addFile(0, MKV, fileContent(new URL(MKV, MEDIA).pathname));
  });
  whole.emulator.resetCounts();
});

afterAll(async () => {
  await whole.close();
});

function address(): string {
  return `${whole.bridge.address}library/${MKV}`;
}

async function run(command: string, ...args: string[]): Promise<Buffer> {
  const result = await runProgram(command, args);
  expect(result.code, `${command}: ${result.stderr}`).toBe(0);
  return result.stdout;
}

/** One decoded picture, as raw bytes, from `seconds` on. */
function pictureAt(source: string, seconds: string): Promise<Buffer> {
  const picture = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  return run('ffmpeg', '-v', 'error', '-ss', seconds, '-i', source, ...picture);
}

describe('players get through the bridge what the file holds', () => {
  it('ffprobe sees the same streams and duration', async () => {
    const ask = ['-v', 'error', '-show_streams', '-show_entries', 'format=duration,size', '-of', 'json'];
    const local = JSON.parse(String(await run('ffprobe', ...ask, new URL(MKV, MEDIA).pathname))) as unknown;
    const remote = JSON.parse(String(await run('ffprobe', ...ask, address()))) as unknown;
    expect(remote).toEqual(local);
  });

  it.each(['0', '3.5', '7'])('ffmpeg -ss %s decodes the same picture', async (seconds) => {
    const local = await pictureAt(new URL(MKV, MEDIA).pathname, seconds);
    expect(local.length).toBeGreaterThan(0);
    expect((await pictureAt(address(), seconds)).equals(local)).toBe(true);
  });

  it('curl gets every byte', async () => {
    expect((await run('curl', '-sSf', address())).equals(await readFile(new URL(MKV, MEDIA)))).toBe(true);
  });

  it('all of it cost one direct link', () => {
    expect(whole.emulator.counts().api).toEqual({ get_token: 1 });
  });
});
