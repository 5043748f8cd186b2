import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { outputOf } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const MEDIA = new URL('../../src/emulator/media/', import.meta.url);
const MKV = 'film.mkv';
const LOCAL = new URL(MKV, MEDIA).pathname;

let whole: WholeBridge;

beforeEach(async () => {
  whole = await startWholeBridge((account) => {
    account.addFile(0, MKV, fileContent(LOCAL));
  });
  whole.emulator.resetCounts();
});

afterEach(async () => {
  await whole.close();
});

function address(): string {
  return `${whole.bridge.address}library/${MKV}`;
}

/** One decoded picture, as raw bytes, from `seconds` on. */
function pictureAt(source: string, seconds: string): Promise<Buffer> {
  const picture = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  return outputOf('ffmpeg', '-v', 'error', '-ss', seconds, '-i', source, ...picture);
}

describe('players get through the bridge what the file holds, for one direct link', () => {
  it('ffprobe sees the same streams and duration', async () => {
    const ask = ['-v', 'error', '-show_streams', '-show_entries', 'format=duration,size', '-of', 'json'];
    const local = JSON.parse(String(await outputOf('ffprobe', ...ask, LOCAL))) as unknown;
    const remote = JSON.parse(String(await outputOf('ffprobe', ...ask, address()))) as unknown;
    expect(remote).toEqual(local);
    expect(whole.emulator.counts().api).toEqual({ get_token: 1 });
  });

  it.each(['0', '3.5', '7'])('ffmpeg -ss %s decodes the same picture', async (seconds) => {
    const local = await pictureAt(LOCAL, seconds);
    expect(local.length).toBeGreaterThan(0);
    expect((await pictureAt(address(), seconds)).equals(local)).toBe(true);
    expect(whole.emulator.counts().api).toEqual({ get_token: 1 });
  });
});
