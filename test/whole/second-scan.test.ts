import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const FILES = 500;
/** Every so many files one is larger than what is kept of both its ends together. */
const LARGE_EVERY = 50;
const PROBES_AT_ONCE = 4;
/** Generous, since the machine may be loaded (ms). */
const SCAN_MS = 900_000;

const MEDIA = join(import.meta.dirname, '../../src/emulator/media');
const SMALL = ['film.mp4', 'film.mkv', 'episode.mkv', 'song.mp3', 'song.flac'].map((name) =>
  join(MEDIA, name),
);

const folder = mkdtempSync(join(tmpdir(), 'second-scan-'));
let whole: WholeBridge;
let first: ReadonlyMap<string, string>;
let second: ReadonlyMap<string, string>;

/** Six seconds of noise in 25 MB; the MP4 has its index at the end. */
async function makeLarge(name: string): Promise<string> {
  const path = join(folder, name);
  const noise = 'testsrc2=size=640x360:rate=12:duration=6,noise=alls=100:allf=t';
  const args = ['-v', 'error', '-f', 'lavfi', '-i', noise, '-c:v', 'mpeg4', '-q:v', '1', '-g', '1', path];
  const { code, stderr } = await runProgram('ffmpeg', args);
  expect(code, stderr).toBe(0);
  return path;
}

/** What ffprobe says of each file of the library, by name. */
async function scan(): Promise<ReadonlyMap<string, string>> {
  const names = [...whole.bridge.account.library.children(0)].map((entry) => entry.name);
  const probed = new Map<string, string>();
  const scanner = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      probed.set(name, await probe(`${whole.bridge.address}library/${name}`));
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, scanner));
  return probed;
}

async function probe(address: string): Promise<string> {
  const ask = ['-v', 'error', '-of', 'json', '-show_streams', '-show_entries', 'format=duration,size'];
  const { code, stdout, stderr } = await runProgram('ffprobe', [...ask, address]);
  expect(code, `${address}: ${stderr}`).toBe(0);
  return stdout.toString();
}

describe('ffprobe over 500 files', () => {
  beforeAll(async () => {
    const large = [await makeLarge('large.mp4'), await makeLarge('large.mkv')];
    whole = await startWholeBridge((account) => {
      for (let file = 0; file < FILES; file += 1) {
        const choice = file % LARGE_EVERY === 0 ? large : SMALL;
        const path = choice[Math.floor(file / LARGE_EVERY + file) % choice.length] ?? '';
        account.addFile(0, `${file}${extname(path)}`, fileContent(path));
      }
    });
    whole.emulator.resetCounts();
    first = await scan();
  }, SCAN_MS);

  afterAll(async () => {
    await whole.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('costs one direct link for each file the first time', () => {
    expect(first.size).toBe(FILES);
    expect(whole.emulator.counts().api).toEqual({ get_token: FILES });
  });

  it(
    'costs no API call and no byte from 1fichier after a restart',
    async () => {
      whole = await whole.restart();
      whole.emulator.resetCounts();
      second = await scan();
      expect(whole.emulator.counts()).toMatchObject({ apiCalls: 0, storageRequests: 0, storageBytes: 0 });
    },
    SCAN_MS,
  );

  it('shows both times the same', () => {
    expect(Object.fromEntries(second)).toEqual(Object.fromEntries(first));
  });
});
