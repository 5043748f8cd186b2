import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, expectAccessible, PHONE } from './browser.ts';
import { fillLibrary, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => (stage = await Stage.set(fillLibrary)), 120_000);
afterAll(() => stage.clear());

describe.each([
  { name: 'a phone', size: PHONE },
  { name: 'a wide screen', size: DESKTOP },
])('on $name', ({ size }) => {
  it.each(['light', 'dark'] as const)(
    'every view can be read, reached and heard, in %s colours',
    async (colours) => {
      const { page, open, expectClean, close } = await stage.visit({ size, colours });
      await open('');
      await page.getByRole('link', { name: 'Films' }).waitFor();
      await expectAccessible(page, 'the root folder');
      const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(paper).toBe(colours === 'dark' ? 'rgb(18, 20, 19)' : 'rgb(250, 249, 246)');

      await page.getByRole('button', { name: 'Menu' }).click();
      await expectAccessible(page, 'the menu');
      await page.keyboard.press('Escape');

      await page.getByRole('link', { name: 'Films' }).click();
      await page.getByRole('link', { name: 'Life.mkv' }).waitFor();
      await expectAccessible(page, 'cards');
      await page.getByRole('button', { name: 'List' }).click();
      await expectAccessible(page, 'lines');

      await page.getByRole('button', { name: 'Details of Life.mkv' }).click();
      await page.getByRole('dialog').getByText('Folder').waitFor();
      await expectAccessible(page, 'details');
      await page.getByRole('button', { name: 'Close the details' }).click();

      await open('#/search?q=episode');
      await page.getByRole('link', { name: 'Episode 10.mkv' }).waitFor();
      await expectAccessible(page, 'search results');
      await open('#/search?q=nothing-of-this-name');
      await page.getByText('Nothing found').waitFor();
      await expectAccessible(page, 'no results');
      await open('#/folder/Nothing%20yet');
      await page.getByText('This folder is empty').waitFor();
      await expectAccessible(page, 'an empty folder');

      await open('#/folder/Photos');
      await page.getByRole('link', { name: 'One.jpg' }).click();
      await page.getByRole('img', { name: 'One.jpg' }).waitFor();
      await expectAccessible(page, 'a picture');
      expectClean();
      await close();
    },
    180_000,
  );
});

it('the colours that someone chooses stay, whatever those of the device', async () => {
  const { page, open, close } = await stage.visit({ colours: 'dark' });
  await open('');
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('radio', { name: 'Light' }).check({ force: true });
  expect(await paper()).toBe('rgb(250, 249, 246)');
  await page.reload();
  await page.locator('h1').waitFor();
  expect(await paper()).toBe('rgb(250, 249, 246)');
  await close();
}, 60_000);

it('touch targets on a phone are large enough', async () => {
  const { page, open, close } = await stage.visit({ size: PHONE });
  await open('#/folder/Films');
  await page.getByRole('link', { name: 'Life.mkv' }).waitFor();
  const small = await page
    .locator('button:visible, select:visible, header a:visible')
    .evaluateAll((elements) =>
      elements
        .filter((element) => {
          const { width, height } = element.getBoundingClientRect();
          return width < 44 || height < 44;
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  expect(small).toEqual([]);
  await close();
}, 60_000);
