import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bytesContent, fileContent } from '../../src/emulator/content.ts';
import type { EmulatedAccount } from '../../src/emulator/account.ts';
import { fastClock } from '../support/fast-clock.ts';
import { outputOf } from '../support/program.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { asDolbyVision } from './dolby-vision.ts';

const PATIENCE_MS = 90_000;
const PQ = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
const HLG = ['-color_trc', 'arib-std-b67', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];

let directory: string;
let root: string;
let whole: WholeBridge | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nfo-whole-'));
  root = join(directory, 'root');
});

afterEach(async () => {
  await whole?.close();
  whole = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** Half a second of moving picture, 320 by 180. */
async function clip(name: string, color: readonly string[]): Promise<Buffer> {
  const path = join(directory, name);
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=24:duration=0.5', '-pix_fmt', 'yuv420p'];
  await outputOf('ffmpeg', '-v', 'error', ...picture, '-preset', 'ultrafast', ...color, path);
  return readFileSync(path);
}

function serve(fill: (account: EmulatedAccount, films: number) => void): Promise<WholeBridge> {
  return startWholeBridge((account) => fill(account, account.addFolder(0, 'Films')), {
    clock: fastClock(10),
    env: {
      BRIDGE_PUBLIC_URL: 'http://bridge.test:8787',
      BRIDGE_STRM_DIR: root,
      BRIDGE_STRM_LAYOUT: 'organised',
      BRIDGE_PROBE: 'background',
    },
  });
}

function nfoFiles(): string[] {
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  return paths.filter((path) => path.endsWith('.nfo')).sort();
}

async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (const limit = Date.now() + PATIENCE_MS; Date.now() < limit;) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never came to be that ${what}: ${whole?.logged.slice(-5).join('')}`);
}

/** Without the space between elements. */
function contentOf(path: string): string {
  return readFileSync(join(root, path), 'utf8').replaceAll(/>\s+</g, '><');
}

it(
  'serve writes a .nfo beside each .strm once ffprobe has looked into the film, with what it found',
  { timeout: 180_000 },
  async () => {
    const hdr10 = await clip('hdr10.mkv', PQ);
    const hlg = await clip('hlg.mkv', HLG);
    const vision = asDolbyVision(await clip('vision.mp4', PQ), 8);
    whole = await serve((account, films) => {
      account.addFile(films, 'Plain (2001).mkv', fileContent('src/emulator/media/film.mkv'));
      account.addFile(films, 'Bright (2002).mkv', bytesContent(hdr10));
      account.addFile(films, 'Broadcast (2003).mkv', bytesContent(hlg));
      account.addFile(films, 'Vision (2004).mp4', bytesContent(vision));
    });
    await eventually('there are four .nfo files', () => nfoFiles().length === 4);
    const plain = contentOf('Movies/Plain (2001)/Plain (2001).nfo');
    expect(plain).toContain('<movie><title>Plain</title><year>2001</year><fileinfo><streamdetails>');
    const size = '<aspect>1.778</aspect><width>640</width><height>360</height>';
    expect(plain).toContain(
      `<video><codec>h264</codec>${size}<durationinseconds>15</durationinseconds></video>`,
    );
    const sound = (language: string): string =>
      `<audio><codec>aac</codec><language>${language}</language><channels>1</channels></audio>`;
    expect(plain).toContain(sound('eng') + sound('fre') + '<subtitle><language>eng</language></subtitle>');
    const range = (film: string): string | undefined =>
      /<hdrtype>(.*)<\/hdrtype>/.exec(contentOf(`Movies/${film}/${film}.nfo`))?.[1];
    expect(range('Plain (2001)')).toBeUndefined();
    expect(range('Bright (2002)')).toBe('hdr10');
    expect(range('Broadcast (2003)')).toBe('hlg');
    expect(range('Vision (2004)')).toBe('dolbyvision');
  },
);

it(
  'what was learned before a stop is written after the next start without asking 1fichier, and follows a rename',
  { timeout: 180_000 },
  async () => {
    let url = '';
    whole = await serve((account, films) => {
      url = account.addFile(films, 'Plain (2001).mkv', fileContent('src/emulator/media/film.mkv'));
    });
    const { library } = whole.bridge.account;
    const { media } = whole.bridge.account;
    await eventually('the film is known', () => {
      const [found] = library.search({ text: 'Plain', limit: 1 });
      return found?.entry.kind === 'file' && media.find(found.entry) !== null;
    });
    expect(nfoFiles(), 'the sync waits for more films').toEqual([]);
    whole = await whole.restart();
    whole.emulator.resetCounts();
    await eventually('the .nfo is there', () => nfoFiles().length === 1);
    expect(whole.emulator.counts().api).not.toHaveProperty('get_token');

    whole.emulator.account.renameFile(url, 'Fancy (2009).mkv');
    await whole.bridge.account.library.refresh(0, { recursive: true, priority: 'browse' });
    const renamed = 'Movies/Fancy (2009)/Fancy (2009).nfo';
    await eventually('the .nfo has its new name', () => nfoFiles().includes(renamed));
    await eventually('the .nfo has its new title', () => contentOf(renamed).includes('<title>Fancy</title>'));
    expect(nfoFiles()).toEqual([renamed]);
  },
);
