import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { Workplace } from '../cli/bridge-process.ts';
import { emulatedJellyfin } from '../notify/emulated-servers.ts';
import { expectAccessible, launchBrowser, PHONE, visit } from './browser.ts';
import { fillLibrary, Stage } from './stage.ts';

describe('the pages beside the library', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set((account) => {
      fillLibrary(account);
      account.addFile(0, 'long.mkv', syntheticContent('long', 400_000_000));
    });
  }, 120_000);
  afterAll(() => stage.clear());

  it('show a stream as it begins, moves and ends, without being loaded again', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await open('#/status');
    await page.getByText('Nobody reads at the moment.').waitFor();
    const leave = new AbortController();
    const film = await fetch(new URL('library/long.mkv', stage.whole.bridge.address), {
      signal: leave.signal,
    });
    const reader = film.body?.getReader();
    await reader?.read();
    await page.getByRole('link', { name: 'long.mkv' }).waitFor();
    const position = page.getByRole('progressbar', { name: 'Position in long.mkv' });
    expect(await position.count()).toBe(1);
    leave.abort();
    await page.getByText('Nobody reads at the moment.').waitFor();
    expect(await page.getByText('All is well.').count()).toBe(1);
    await expectAccessible(page, 'status');
    expectClean();
    await close();
  });

  it('say in plain words that 1fichier has locked its API, until when, and what that means', async () => {
    const { page, open, close } = await stage.visit({ size: PHONE, colours: 'dark' });
    await open('#/status');
    stage.whole.emulator.lockApi(3600);
    // The bridge learns of it by its next call.
    expect((await fetch(new URL('library/Films/Life.mkv', stage.whole.bridge.address))).status).toBe(503);
    await page.getByText('1fichier has locked its API for this account').waitFor();
    await page.getByText(/Locked until/).waitFor();
    await page
      .getByText(/Cached files keep playing/)
      .first()
      .waitFor();
    await expectAccessible(page, 'status with a problem');
    await close();
  });

  it('give each program the address and the flags of this very bridge', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await open('#/setup');
    await page.getByText(`--webdav-url ${stage.whole.bridge.address}dav/`).waitFor();
    for (const [program, text] of [
      ['Plex', 'Empty trash automatically'],
      ['Kodi', `dav://${new URL(stage.whole.bridge.address).host}/dav/`],
      ['rclone', `url = ${stage.whole.bridge.address}dav/`],
      ['Other players', `${stage.whole.bridge.address}dav/`],
    ] as const) {
      await page.getByRole('button', { name: program, exact: true }).click();
      await page.getByText(text).first().waitFor();
      await expectAccessible(page, `set-up of ${program}`);
    }
    expectClean();
    await close();
  });

  it('fit on a phone', async () => {
    const { page, open, close } = await stage.visit({ size: PHONE });
    for (const name of ['setup', 'status']) {
      await open(`#/${name}`);
      await expectAccessible(page, name);
    }
    await close();
  });
});

it('the status page tells how each media server was told what changed, as that happens', async () => {
  const jellyfin = await emulatedJellyfin('a-key');
  const directory = mkdtempSync(join(tmpdir(), 'page-strm-'));
  const stage = await Stage.set(fillLibrary, {
    env: {
      BRIDGE_WRITE: 'true',
      BRIDGE_STRM_DIR: directory,
      BRIDGE_PUBLIC_URL: 'http://bridge.test',
      BRIDGE_JELLYFIN_URL: jellyfin.url,
      BRIDGE_JELLYFIN_KEY: 'a-key',
      BRIDGE_NOTIFY_DELAY: '50ms',
    },
  });
  try {
    const { page, open, close } = await stage.visit({ size: PHONE });
    await open('#/status');
    await page.getByText('Last told of changes on').waitFor();
    jellyfin.instead.push({ status: 401 });
    const { address } = stage.whole.bridge;
    const destination = `${address}dav/Films/Lives.mkv`;
    const film = new URL('dav/Films/Life.mkv', address);
    expect((await fetch(film, { method: 'MOVE', headers: { destination } })).status).toBe(201);
    await page.getByText(/^Jellyfin could not be told what changed: .* does not accept the key/).waitFor();
    await page.getByText('Make a new key in Jellyfin and set BRIDGE_JELLYFIN_KEY.').waitFor();
    await expectAccessible(page, 'status with media servers');
    await close();
  } finally {
    await stage.clear();
    await jellyfin.close();
    rmSync(directory, { recursive: true });
  }
}, 90_000);

describe('the first run', { timeout: 120_000 }, () => {
  let workplace: Workplace;
  let emulator: Emulator;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    workplace = new Workplace();
    emulator = await startEmulator();
    emulator.account.addFile(0, 'mine.mkv', syntheticContent('mine', 1000));
  });
  afterEach(async () => {
    await workplace.clear();
    await emulator.close();
  });

  it('takes a key by its form: a wrong one is explained, the right one opens one’s own library', async () => {
    const bridge = workplace.start(['serve'], { FICHIER_API_URL: emulator.apiUrl, BRIDGE_PORT: '0' });
    const { page, open, close } = await visit(browser, await bridge.ready());
    await open('');
    await page.getByText('This is a demo library.').waitFor();
    await page.getByRole('link', { name: 'Connect your account' }).click();
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('alert').getByText('1fichier does not know this key.').waitFor();
    await expectAccessible(page, 'the form with a problem');

    // Keys may be tried every three seconds.
    await new Promise((resolve) => setTimeout(resolve, 3100));
    await page.getByLabel('API key').fill(` ${emulator.apiKey} `);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('link', { name: 'mine.mkv' }).waitFor();
    expect(await page.getByText('This is a demo library.').count()).toBe(0);
    expect(readFileSync(join(workplace.dataDir, 'api-key'), 'utf8').trim()).toBe(emulator.apiKey);
    await close();
  });
});
