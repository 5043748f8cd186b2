import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible, PHONE } from './browser.ts';
import { fillLibrary, Stage } from './stage.ts';

const TOKEN = 'correct-horse-battery-staple';

let stage: Stage;
beforeAll(async () => (stage = await Stage.set(fillLibrary, { env: { BRIDGE_TOKEN: TOKEN } })), 120_000);
afterAll(() => stage.clear());

it('someone signs in with the token, sees pictures without sending it again, and signs out', async () => {
  const { page, open, close } = await stage.visit({ size: PHONE });
  await open('#/folder/Photos');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await expectAccessible(page, 'signing in');
  await page.getByLabel('Token').fill('a wrong one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('That is not the token of this bridge.').waitFor();
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await page.getByRole('link', { name: 'One.jpg' }).click();
  const picture = page.getByRole('img', { name: 'One.jpg' });
  await expect
    .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 30_000 })
    .toBeGreaterThan(0);
  expect(await page.evaluate(() => document.cookie)).toBe('');

  await page.getByRole('button', { name: 'Back to the folder' }).click();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await close();
}, 120_000);
