import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { fileContent } from '../../src/emulator/content.ts';
import { runProgram } from '../support/program.ts';
import { freePort } from '../support/free-port.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const FILMS = {
  'Film (2020).mkv': 'src/emulator/media/film.mkv',
  'Film: 100% “good” #1 & é?.mp4': 'src/emulator/media/film.mp4',
  'Song.flac': 'src/emulator/media/song.flac',
  'Show S01E01.mkv': 'src/emulator/media/episode.mkv',
} as const;

const PATIENCE_MS = 60_000;

let whole: WholeBridge | undefined;
let directory = '';

afterEach(async () => {
  await whole?.close();
  whole = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** Paths of the .strm files, once there are `count`. */
async function written(root: string, count: number): Promise<string[]> {
  for (const limit = Date.now() + PATIENCE_MS; Date.now() < limit;) {
    const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
    const found = names.filter((name) => name.endsWith('.strm'));
    if (found.length === count) return found.map((name) => join(root, name)).sort();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`there were never ${count} .strm files: ${whole?.logged.slice(-5).join('')}`);
}

interface Probe {
  readonly format: { readonly format_name: string; readonly size: string };
}

it(
  'a bridge that serves writes .strm files by itself, and ffprobe plays what is in each',
  { timeout: 180_000 },
  async () => {
    directory = mkdtempSync(join(tmpdir(), 'strm-ffprobe-'));
    const root = join(directory, 'root');
    const port = await freePort();
    whole = await startWholeBridge(
      (account) => {
        const folder = account.addFolder(0, 'Films');
        for (const [name, path] of Object.entries(FILMS)) account.addFile(folder, name, fileContent(path));
      },
      {
        env: {
          BRIDGE_PORT: String(port),
          BRIDGE_PUBLIC_URL: `http://127.0.0.1:${port}`,
          BRIDGE_TOKEN: 'a-token-of-this-test',
          BRIDGE_STRM_DIR: root,
        },
      },
    );
    const files = await written(root, Object.keys(FILMS).length);
    const sizes: number[] = [];
    for (const file of files) {
      const address = readFileSync(file, 'utf8').trim();
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/stream\/[a-z2-7]{20}\/[^?]+\?sig=[\w-]+$/);
      const { code, stdout, stderr } = await runProgram('ffprobe', [
        ...['-v', 'error', '-of', 'json', '-show_format', address],
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      sizes.push(Number((JSON.parse(stdout.toString()) as Probe).format.size));
    }
    const originals = Object.values(FILMS).map((path) => readFileSync(path).length);
    expect(sizes.sort((a, b) => a - b)).toEqual(originals.sort((a, b) => a - b));
  },
);
