import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT_ID } from '../../src/emulator/emulated-entry.ts';
import { syntheticContent } from '../../src/emulator/content.ts';
import { fillLibrary, Stage } from './stage.ts';

/** Names that would do something if they were anything but text. The bridge makes path-safe names of some of them. */
const HOSTILE_NAMES = [
  '&lt;b&gt;bold&amp; <i>.txt',
  '"onmouseover="window.broken=1".txt',
  '{{constructor.constructor("window.broken=1")()}} ${1+1}.txt',
  '\u202egpj.exe cod.txt',
  'שלום – مرحبا.txt',
  '👩‍🚀 🍿 e\u0301.txt',
  '<script>window.broken=1<script>.txt',
  '<img src=x onerror=window.broken=1>.txt',
];

const PATIENCE = { timeout: 20_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set((account) => {
    fillLibrary(account);
    const hostile = account.addFolder(ROOT_ID, 'Hostile <b>names');
    for (const name of HOSTILE_NAMES) account.addFile(hostile, name, syntheticContent(name, 10));
    const sizes = account.addFolder(ROOT_ID, 'Sizes');
    const files = [
      ['a', 30, 2],
      ['b', 10, 3],
      ['c', 20, 1],
    ] as const;
    for (const [name, size, hour] of files) {
      const uploadedAt = Date.UTC(2026, 0, 1, hour);
      account.addFile(sizes, `${name}.bin`, syntheticContent(name, size), { uploadedAt });
    }
  });
}, 120_000);
afterAll(() => stage.clear());

function names(page: Page): Promise<string[]> {
  return page.locator('.cell-name').allTextContents();
}

describe('browsing', { timeout: 90_000 }, () => {
  it('goes into folders and back, by names, breadcrumbs and the browser', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await open('');
    await page.getByRole('link', { name: 'Shows' }).click();
    await page.getByRole('link', { name: 'Patterns' }).click();
    await page.getByRole('heading', { name: 'Patterns' }).waitFor();
    await expect
      .poll(() => names(page), PATIENCE)
      .toEqual(['Episode 1.mkv', 'Episode 2.mkv', 'Episode 10.mkv']);
    expect(await page.title()).toBe('Patterns · Library');
    await page
      .getByRole('navigation', { name: 'Folders above' })
      .getByRole('link', { name: 'Shows' })
      .click();
    await page.getByRole('heading', { name: 'Shows' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Patterns' }).waitFor();
    expectClean();
    await close();
  });

  it('sorts by name, size and date, both ways, and remembers it', async () => {
    const { page, open, close } = await stage.visit();
    await open('#/folder/Sizes');
    const shown = () => expect.poll(() => names(page), PATIENCE);
    await shown().toEqual(['a.bin', 'b.bin', 'c.bin']);
    await page.getByLabel('Sort by').selectOption('size');
    await shown().toEqual(['b.bin', 'c.bin', 'a.bin']);
    await page.getByRole('button', { name: 'Order: ascending' }).click();
    await shown().toEqual(['a.bin', 'c.bin', 'b.bin']);
    await page.getByLabel('Sort by').selectOption('date');
    await shown().toEqual(['b.bin', 'a.bin', 'c.bin']);
    await page.reload();
    await shown().toEqual(['b.bin', 'a.bin', 'c.bin']);
    await close();
  });

  it('shows a picture that the bridge could not make at first, once it can', async () => {
    const { page, open, close } = await stage.visit();
    const asked = new Map<string, number>();
    await page.route('**/thumbnail.jpg*', (route) => {
      const times = (asked.get(route.request().url()) ?? 0) + 1;
      asked.set(route.request().url(), times);
      if (times > 2) return route.continue();
      return route.fulfill({
        status: 503,
        headers: { 'retry-after': '1' },
        json: { error: 'picture-later' },
      });
    });
    await open('#/folder/Photos');
    const loaded = () =>
      page
        .locator('.picture img')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth > 0));
    await expect.poll(loaded, PATIENCE).toEqual([true, true]);
    await close();
  });

  it('shows only one kind when asked to', async () => {
    const { page, open, close } = await stage.visit();
    await open('#/folder/Films');
    await page.getByRole('button', { name: 'Subtitles', exact: true }).click();
    await expect.poll(() => names(page), PATIENCE).toEqual(['Gradients.en.srt']);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => names(page), PATIENCE).toHaveLength(4);
    await close();
  });

  it('works by the keyboard alone', async () => {
    const { page, open, close } = await stage.visit();
    await open('#/folder/Films');
    const focused = () =>
      expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('title')), PATIENCE);
    await page.locator('.cell-link').first().focus();
    await page.keyboard.press('ArrowRight');
    await focused().toBe('Gradients.en.srt');
    await page.keyboard.press('End');
    await focused().toBe('poster.jpg');
    await page.keyboard.press('i');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('epis');
    await page.getByRole('heading', { name: 'Results for epis' }).waitFor();
    await page.getByRole('link', { name: 'Episode 10.mkv' }).waitFor();
    await page.getByRole('status').getByText('3 results for epis').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Films' }).waitFor();
    await close();
  });

  it('loses no key of someone who types faster than the browser goes back', async () => {
    const { page, open, close } = await stage.visit();
    const developer = await page.context().newCDPSession(page);
    await developer.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await open('#/folder/Films');
    await page.getByRole('button', { name: 'Details of Life.mkv' }).click();
    await page.getByRole('dialog').waitFor();
    for (const key of ['Escape', 'Escape', '/', 'e', 'p', 'i']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: 'Results for epi' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('epi');
    await page.goBack();
    await page.getByRole('heading', { name: 'Films' }).waitFor();
    await close();
  });

  it('says plainly that a folder is empty, and that an address leads nowhere', async () => {
    const { page, open, close } = await stage.visit();
    await open('#/folder/Nothing%20yet');
    await page.getByRole('heading', { name: 'This folder is empty' }).waitFor();
    await open('#/folder/No%20such%20folder');
    await page.getByRole('alert').getByText('The library has no such folder.').waitFor();
    await page.goto(`${stage.whole.bridge.address}#/nothing`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await close();
  });

  it('says that the bridge is gone when it is, and goes on when it is back', async () => {
    const { page, open, close } = await stage.visit();
    await open('');
    await page.getByRole('link', { name: 'Music' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Music' }).click();
    await page.getByRole('alert').getByText('The bridge does not answer.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Two tones.mp3').waitFor();
    await close();
  });
});

describe('names that are more than letters', { timeout: 90_000 }, () => {
  it('show as the text they are, in cards, details, titles and search', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await open('');
    await page.getByRole('link', { name: 'Hostile' }).click();
    await page.getByRole('heading', { name: 'Hostile' }).waitFor();
    await expect.poll(() => names(page), PATIENCE).toHaveLength(HOSTILE_NAMES.length);
    const shown = await names(page);
    const { library } = stage.whole.bridge.account;
    const folder = [...library.children(library.root().id)].find(({ name }) => name.startsWith('Hostile'));
    const served = typeof folder?.id === 'number' ? [...library.children(folder.id)] : [];
    expect(shown).toEqual(served.map(({ name }) => name));
    expect(await page.locator('.cell b, .cell i, .cell script, .cell-text img').count()).toBe(0);

    for (const [index, name] of shown.entries()) {
      await page.locator('.cell-details').nth(index).click();
      expect(await page.getByRole('dialog').locator('h2').textContent()).toBe(name);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('/');
    await page.keyboard.type('<img src=x onerror=window.broken=1>');
    await page.getByRole('heading', { name: 'onerror' }).waitFor();
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    expectClean();
    await close();
  });

  it('do not turn the text around them', async () => {
    const { page, open, close } = await stage.visit();
    await open('#/search?q=txt');
    await page.locator('.cell-name').first().waitFor();
    const directions = await page
      .locator('.cell-name')
      .evaluateAll((elements) => elements.map((element) => getComputedStyle(element).unicodeBidi));
    expect(new Set(directions)).toEqual(new Set(['isolate']));
    await close();
  });
});
