import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { LeapingClock } from '../support/leaping-clock.ts';
import { get, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';
import { Workplace } from './bridge-process.ts';

const FILMS = 12;
const GONE = 8;
const BUILT = join(import.meta.dirname, '../../dist/main.js');

const workplace = new Workplace();
let directory: string;
let whole: WholeBridge;
let settings: Readonly<Record<string, string>>;

/** A bridge that serves, whose account has lost most of its films for certain. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mass-delete-'));
  const clock = new LeapingClock(20);
  const urls: string[] = [];
  const strm = { BRIDGE_STRM_DIR: join(directory, 'root'), BRIDGE_PUBLIC_URL: 'http://bridge.test:8787' };
  whole = await startWholeBridge(
    (account) => {
      for (let film = 1; film <= FILMS; film += 1)
        urls.push(account.addFile(0, `Film ${film}.mkv`, syntheticContent(film, 1000)));
    },
    { clock, env: strm },
  );
  settings = { ...strm, BRIDGE_DATA_DIR: whole.dataDir, FICHIER_API_KEY: whole.emulator.apiKey };
  expect((await workplace.run(['strm', 'sync'], settings)).code).toBe(0);
  for (const url of urls.slice(0, GONE)) whole.emulator.account.removeFile(url);
  const { library } = whole.bridge.account;
  for (let look = 0; look < 2; look += 1) {
    clock.leap(60 * 60_000);
    await library.refresh(0, { recursive: true, priority: 'browse' });
  }
  expect(library.crawlStatus().filesKnown).toBe(FILMS - GONE);
}, 120_000);

afterEach(async () => {
  await whole.close();
  await workplace.clear();
  rmSync(directory, { recursive: true, force: true });
});

function films(): number {
  return readdirSync(join(directory, 'root')).filter((name) => name.endsWith('.strm')).length;
}

async function problems(): Promise<string[]> {
  const { body } = await get(whole, '/api/v1/status');
  const status = JSON.parse(body.toString()) as { problems: { title: string }[] };
  return status.problems.map(({ title }) => title).filter((title) => title.includes('wait for your word'));
}

/** Runs the command in a terminal of its own and answers its question. */
function inTerminal(answer: string): Promise<{ code: number | null; shown: string }> {
  const command = `'${process.execPath}' '${BUILT}' strm sync`;
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), ...settings };
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error('script, of util-linux, cannot be run', { cause }));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!shown.includes('[y/N]') && (shown + text).includes('[y/N]')) child.stdin.write(answer);
      shown += text;
    });
    child.once('close', (code) => resolve({ code, shown }));
  });
}

it('names what is held back and how to allow it, where there is no terminal; --allow-mass-delete removes it from a running bridge', async () => {
  const held = await workplace.run(['strm', 'sync'], settings);
  expect(held.code).toBe(3);
  expect(held.stderr).toContain(`${GONE} of ${FILMS} files are gone from the library`);
  expect(held.stdout).not.toContain('nothing has changed');
  expect(held.stderr).toContain('    - Film 1.strm\n');
  expect(held.stderr).toContain('fichier-bridge strm sync --allow-mass-delete');
  expect(films()).toBe(FILMS);
  expect(await problems()).toEqual([expect.stringContaining(`${GONE} of ${FILMS} files`)]);

  const plan = await workplace.run(['strm', 'sync', '--dry-run', '--allow-mass-delete'], settings);
  expect(plan.stdout.match(/^- Film \d+\.strm$/gm)).toHaveLength(GONE);
  expect(films()).toBe(FILMS);

  const allowed = await workplace.run(['strm', 'sync', '--allow-mass-delete'], settings);
  expect(allowed).toMatchObject({ code: 0, stderr: '' });
  expect(allowed.stdout).toContain(`${GONE} removed`);
  expect(films()).toBe(FILMS - GONE);
  expect(await problems()).toEqual([]);
}, 180_000);

it('asks in a terminal, and removes them only when told to', async () => {
  const refused = await inTerminal('\n');
  expect(refused.shown).toContain(`Remove these ${GONE} files? [y/N]`);
  expect(refused.code).toBe(3);
  expect(films()).toBe(FILMS);
  expect(await problems()).toHaveLength(1);

  const interrupted = await inTerminal('\u0003');
  expect(interrupted.code).toBe(130);
  expect(films()).toBe(FILMS);

  const agreed = await inTerminal('y\n');
  expect(agreed.code).toBe(0);
  expect(agreed.shown).toContain(`${GONE} removed`);
  expect(films()).toBe(FILMS - GONE);
  expect(await problems()).toEqual([]);
}, 180_000);
