import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { bytesContent } from '../../src/emulator/content.ts';
import { EmulatedAccount } from '../../src/emulator/account.ts';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { fastClock } from '../support/fast-clock.ts';
import { commandLine, type CommandOutcome } from '../support/command-line.ts';
import { startWholeBridge } from '../support/whole-bridge.ts';
import { accountSettings } from '../support/account-settings.ts';

const OLD = Buffer.from('an old film');

/** The account, and how commands reach it. */
interface Scene {
  readonly emulator: Emulator;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

function fill(account: EmulatedAccount): void {
  const films = account.addFolder(0, 'Films');
  account.addFile(films, 'old.mkv', bytesContent(OLD));
  account.addFolder(0, 'Empty');
}

function envFor(emulator: Emulator, dataDir: string): Readonly<Record<string, string>> {
  return {
    ...accountSettings(emulator),
    FICHIER_CALLS_PER_SECOND: '3',
    FICHIER_CALL_BURST: '10',
    BRIDGE_DATA_DIR: dataDir,
    BRIDGE_LOG_LEVEL: 'silent',
  };
}

async function alone(): Promise<Scene> {
  const account = new EmulatedAccount();
  fill(account);
  const emulator = await startEmulator({ account });
  const dataDir = mkdtempSync(join(tmpdir(), 'write-commands-'));
  const close = async (): Promise<void> => {
    await emulator.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { emulator, env: envFor(emulator, dataDir), close };
}

/** Its clients may only read, and need a token that the commands are not given. */
async function throughReadOnlyBridge(clock = systemClock): Promise<Scene> {
  const whole = await startWholeBridge(fill, { clock, env: { BRIDGE_TOKEN: 'a-token-of-clients' } });
  const { emulator, dataDir } = whole;
  return { emulator, env: envFor(emulator, dataDir), close: () => whole.close() };
}

describe.each([
  ['with no bridge running', alone],
  ['through a bridge that serves read-only', () => throughReadOnlyBridge()],
])('%s', { timeout: 60_000 }, (_how, begin: () => Promise<Scene>) => {
  let scene: Scene;
  let local: string;

  beforeEach(async () => {
    scene = await begin();
    local = mkdtempSync(join(tmpdir(), 'write-local-'));
  });

  afterEach(async () => {
    await scene.close();
    rmSync(local, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CommandOutcome> => commandLine(args, scene);

  function write(path: string, content: string): string {
    const file = join(local, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** What the account holds, by path, with sizes of files. */
  function held(folderId = 0, at = ''): Record<string, number | null> {
    const { account } = scene.emulator;
    const entries: Record<string, number | null> = {};
    for (const { id, name } of account.folders(folderId)) {
      Object.assign(entries, { [`${at}/${name}/`]: null }, held(id, `${at}/${name}`));
    }
    for (const { name, content } of account.files(folderId)) entries[`${at}/${name}`] = content.size;
    return entries;
  }

  const BEFORE = { '/Empty/': null, '/Films/': null, '/Films/old.mkv': OLD.length };

  test('upload sends files and whole folders, and the library shows them at once', async () => {
    write('Show/Season 1/e1.mkv', 'episode 1');
    write('Show/notes.txt', 'notes');
    const single = write('single.mkv', 'single');
    const { code, printed } = await run('upload', join(local, 'Show'), single, '--to', '/New/Shows');
    expect({ code, printed }).toEqual({ code: 0, printed: '3 sent (20 B)\n' });
    expect(held()).toEqual({
      ...BEFORE,
      '/New/': null,
      '/New/Shows/': null,
      '/New/Shows/Show/': null,
      '/New/Shows/Show/Season 1/': null,
      '/New/Shows/Show/Season 1/e1.mkv': 9,
      '/New/Shows/Show/notes.txt': 5,
      '/New/Shows/single.mkv': 6,
    });
    expect((await run('ls', '/New/Shows')).printed).toBe('Show/\nsingle.mkv\n');
  });

  test('upload run again sends only what is missing or differs, by size and checksum', async () => {
    const one = write('Show/one.mkv', 'same size 1');
    write('Show/two.mkv', 'two');
    await run('upload', join(local, 'Show'));
    writeFileSync(one, 'same size 2');
    write('Show/three.mkv', 'three');
    scene.emulator.resetCounts();
    const again = await run('upload', join(local, 'Show'), '--json');
    expect(again.code).toBe(3);
    expect(
      again.printed
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { to: '/Show/one.mkv', state: 'failed', error: 'name-taken' },
      { to: '/Show/three.mkv', state: 'uploaded', size: 5 },
      { to: '/Show/two.mkv', state: 'present' },
    ]);
    expect(scene.emulator.counts().uploadNode['upload.cgi']).toBe(1);
    const replaced = await run('upload', join(local, 'Show'), '--replace');
    expect(replaced).toMatchObject({ code: 0, printed: '1 sent (11 B), 2 there already\n' });
    expect(held()).toMatchObject({ '/Show/one.mkv': 11, '/Show/two.mkv': 3, '/Show/three.mkv': 5 });
  });

  test('upload leaves out links, bookkeeping and empty files, and says so', async () => {
    write('Show/a.mkv', 'a');
    write('Show/empty.mkv', '');
    write('Show/.DS_Store', 'x');
    symlinkSync(join(local, 'Show/a.mkv'), join(local, 'Show/link.mkv'));
    const { code, printed, remarked } = await run('upload', join(local, 'Show'));
    expect({ code, printed }).toEqual({ code: 3, printed: '1 sent (1 B), 1 failed\n' });
    expect(remarked).toMatch(/link\.mkv is left out: it is a link/);
    expect(remarked).toMatch(/\.DS_Store is left out/);
    expect(remarked).toMatch(/empty\.mkv: the file is empty\n {2}1fichier keeps no empty files/);
  });

  test('upload stops at a full account, says so, and leaves nothing half-visible', async () => {
    scene.emulator.quirks.overQuota = true;
    const files = [write('a.mkv', 'a'), write('b.mkv', 'x'.repeat(3_000_000))];
    const { code, printed, remarked } = await run('upload', ...files.reverse());
    expect({ code, printed }).toEqual({ code: 1, printed: '0 sent (0 B), 2 not tried\n' });
    expect(remarked).toContain('The 1fichier storage is full');
    expect(held()).toEqual(BEFORE);
    expect((await run('ls')).printed).toBe('Empty/\nFilms/\n');
  });

  test('upload stops when 1fichier locks its API, says until when, and goes on later', async () => {
    await run('ls');
    scene.emulator.lockApi(60);
    const { code, remarked } = await run('upload', write('a.mkv', 'a'), '--to', '/New');
    expect(code).toBe(1);
    expect(remarked).toContain('Flood detected');
    expect(remarked).toMatch(/Try again after \S+/);
    expect(held()).toEqual(BEFORE);
  });

  test('upload begins again what broke off, and gives it up after three times with nothing left behind', async () => {
    scene.emulator.quirks.uploadFault = 'cut';
    const { code, remarked } = await run('upload', write('a.mkv', 'x'.repeat(24_000_000)));
    expect(code).toBe(1);
    expect(remarked).toMatch(/the upload broke off|does not answer/);
    expect(scene.emulator.counts().uploadNode['upload.cgi']).toBe(3);
    expect(held()).toEqual(BEFORE);
  });

  test('upload refuses a file of more than 300 GB before a byte is sent', async () => {
    const file = write('large.mkv', '');
    truncateSync(file, 300_000_000_001);
    const { code, remarked } = await run('upload', file);
    expect(code).toBe(1);
    expect(remarked).toContain('at most 300 GB');
    expect(scene.emulator.counts().uploadNode['upload.cgi'] ?? 0).toBe(0);
  });

  test('upload names what is not there as a wrong command line, before anything is begun', async () => {
    const { code, remarked } = await run('upload', join(local, 'missing'));
    expect(code).toBe(2);
    expect(remarked).toContain('missing cannot be read');
  });

  test('mkdir makes one folder, with -p those above it, and refuses a name that is taken', async () => {
    expect((await run('mkdir', '/A')).code).toBe(0);
    expect(await run('mkdir', '/A')).toMatchObject({ code: 1 });
    expect((await run('mkdir', '/B/C')).remarked).toContain('the library has no folder /B');
    expect((await run('mkdir', '-p', '/B/C', '/A')).remarked).toBe('made /B/C\n');
    expect((await run('mkdir', '-p', '/Films/old.mkv/x')).remarked).toContain('is a file, not a folder');
    expect(Object.keys(held())).toEqual(expect.arrayContaining(['/A/', '/B/', '/B/C/']));
  });

  test('mv renames, moves into a folder, and overwrites nothing', async () => {
    expect((await run('mv', '/Films/old.mkv', '/Films/OLD.mkv')).code).toBe(0);
    expect((await run('mv', '/Films/OLD.mkv', '/Empty')).remarked).toContain('to /Empty/OLD.mkv');
    expect((await run('mv', '/Empty', '/Films')).code).toBe(0);
    expect(held()).toEqual({ '/Films/': null, '/Films/Empty/': null, '/Films/Empty/OLD.mkv': OLD.length });
    await run('mkdir', '/Empty');
    expect((await run('mv', '/Empty', '/Films')).remarked).toContain('already an entry named');
    expect((await run('mv', '/Films', '/Films/Empty')).code).toBe(2);
    expect((await run('mv', '/none', '/Films')).code).toBe(1);
    expect((await run('mv', '/Films', '/Empty', '/none')).remarked).toContain('no folder /none');
  });

  test('rm says what goes, asks, and removes only after a yes', async () => {
    expect((await run('rm', '/Films')).remarked).toContain('Give -r');
    const unasked = await run('rm', '-r', '/Films');
    expect(unasked.code).toBe(2);
    expect(unasked.remarked).toContain('remove /Films, a folder with 0 folders and 1 files in it (11 B)');
    expect(unasked.remarked).toContain('--yes');
    expect((await commandLine(['rm', '-r', '/Films'], { ...scene, answer: false })).code).toBe(130);
    expect(held()).toEqual(BEFORE);
    const removed = await commandLine(['rm', '-r', '/Films'], { ...scene, answer: true });
    expect(removed).toMatchObject({ code: 0, printed: '2 removed\n' });
    expect(held()).toEqual({ '/Empty/': null });
    expect((await run('rm', '/Empty', '-r', '--yes', '--json')).printed).toContain('"removed":1');
    expect((await run('rm', '-rf', '/')).code).toBe(2);
    expect((await run('ls')).printed).toBe('');
  });

  test('remote says what 1fichier could not fetch, and with --no-wait ends with the number of the request', async () => {
    scene.emulator.quirks.remoteUploadOutcome = 'failed';
    const { code, printed } = await run('remote', 'http://host.example/film.mkv');
    expect(code).toBe(1);
    expect(printed).toContain('FAILED  http://host.example/film.mkv  Unable to download the file');
    scene.emulator.quirks.remoteUploadSeconds = 600;
    expect((await run('remote', 'http://host.example/b', '--no-wait')).printed).toBe('2\n');
    expect((await run('remote', 'status', '2')).printed).toContain('under way');
  });
});

describe('where 1fichier takes its time', { timeout: 60_000 }, () => {
  let scene: Scene;
  let file: string;

  beforeEach(async () => {
    scene = await throughReadOnlyBridge(fastClock(20));
    file = join(scene.env['BRIDGE_DATA_DIR'] ?? '', 'a.mkv');
    writeFileSync(file, 'content');
  });

  afterEach(() => scene.close());

  const run = (...args: string[]): Promise<CommandOutcome> => commandLine(args, scene);

  test('upload does not send a second time what was not confirmed, and finds it when run again', async () => {
    scene.emulator.quirks.uploadFault = 'no-links';
    const { code, remarked } = await run('upload', file, '--to', '/New');
    expect(code).toBe(1);
    expect(remarked).toContain('did not confirm the upload');
    expect(scene.emulator.counts().uploadNode['upload.cgi']).toBe(1);
    scene.emulator.quirks.uploadFault = 'none';
    await run('refresh', '/New');
    expect((await run('upload', file, '--to', '/New')).printed).toBe('0 sent (0 B), 1 there already\n');
  });

  test('remote lets 1fichier fetch, waits for it, and shows what came', async () => {
    const { code, printed } = await run('remote', 'http://host.example/film.mkv', '--to', '/Empty');
    expect(code).toBe(0);
    expect(printed).toMatch(/request 1 of \S+: done\n {2}ok {6}http:\/\/host\.example\/film\.mkv {2}https:/);
    expect((await run('ls', '/Empty')).printed).toBe('film.mkv\n');
    expect((await run('remote', 'status')).printed).toMatch(/^request 1 of \S+: done\n$/);
    const one = JSON.parse((await run('remote', 'status', '1', '--json')).printed) as object;
    expect(one).toMatchObject({ id: 1, results: [{ ok: true, source: 'http://host.example/film.mkv' }] });
    expect((await run('remote', 'file:///etc/passwd')).code).toBe(2);
    expect((await run('remote', 'http://host.example/x', '--to', '/none')).code).toBe(1);
  });
});
