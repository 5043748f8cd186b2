import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get } from '../support/whole-bridge.ts';
import { expectAccessible, PHONE } from './browser.ts';
import { fillLibrary, Stage } from './stage.ts';

const PATIENCE = { timeout: 40_000 };

let stage: Stage;
beforeAll(async () => (stage = await Stage.set(fillLibrary)), 120_000);
afterAll(() => stage.clear());

interface Seen {
  readonly time: number;
  readonly width: number;
  readonly source: string;
}

/** What the film's element itself says. */
function seen(page: Page): Promise<Seen> {
  return page.locator('video').evaluate((element) => {
    const video = element as HTMLVideoElement;
    return { time: video.currentTime, width: video.videoWidth, source: video.currentSrc };
  });
}

async function play(page: Page, open: (fragment: string) => Promise<void>, folder: string, name: string) {
  await open(folder);
  await page.getByRole('link', { name }).click();
  await page.locator('video').waitFor();
  await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(0.3);
}

/** Who reads a film through the bridge. */
async function readers(): Promise<readonly unknown[]> {
  const { body } = await get(stage.whole, '/api/v1/streams');
  return (JSON.parse(body.toString()) as { active: readonly unknown[] }).active;
}

/** Seconds of the film, as the seek bar says them. */
function position(page: Page): Promise<number> {
  return page
    .getByRole('slider', { name: 'Position' })
    .evaluate((bar) => Number((bar as HTMLInputElement).value));
}

function shownCues(page: Page): Promise<string[]> {
  return page.locator('video').evaluate((element) =>
    Array.from((element as HTMLVideoElement).textTracks)
      .filter(({ mode }) => mode === 'showing')
      .flatMap(({ cues }) => Array.from(cues ?? []).map((cue) => (cue as VTTCue).text)),
  );
}

describe('a film that the browser knows', { timeout: 120_000 }, () => {
  it('plays as it is, and seeks', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await play(page, open, '#/folder/Films', 'Gradients.mp4');
    const { source, width } = await seen(page);
    expect(new URL(source).pathname).toMatch(/^\/stream\//);
    expect(width).toBeGreaterThan(0);
    expect((await page.locator('video').boundingBox())?.width, 'from edge to edge').toBe(
      page.viewportSize()?.width,
    );
    await page.keyboard.press('5');
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(9);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeLessThan(9);
    await page.keyboard.press(' ');
    await expect
      .poll(() => page.locator('video').evaluate((video) => (video as HTMLVideoElement).paused), PATIENCE)
      .toBe(true);
    expectClean();
    await close();
  });

  it('goes on where it was left, and offers the beginning', async () => {
    const { page, open, close } = await stage.visit();
    await play(page, open, '#/folder/Films', 'Gradients.mp4');
    await page.keyboard.press('8');
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(15.5);
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Back to the folder' }).click();
    await page.getByRole('progressbar', { name: 'Watched' }).waitFor();
    await page.getByRole('link', { name: 'Gradients.mp4' }).click();
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(15.5);
    await page.getByRole('button', { name: 'From the beginning?' }).click();
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeLessThan(10);
    await close();
  });

  it('shows subtitles from a file beside it, and remembers that they were wanted', async () => {
    const { page, open, close } = await stage.visit();
    await play(page, open, '#/folder/Films', 'Gradients.mp4');
    await page.getByRole('button', { name: 'Subtitles, sound and speed' }).click();
    await page.getByRole('radio', { name: 'English' }).check({ force: true });
    await expect.poll(() => shownCues(page), PATIENCE).not.toEqual([]);
    await page.reload();
    await expect.poll(() => shownCues(page), PATIENCE).not.toEqual([]);
    await page.keyboard.press('c');
    await expect.poll(() => shownCues(page), PATIENCE).toEqual([]);
    await close();
  });
});

describe('a film that the browser does not know', { timeout: 120_000 }, () => {
  it('plays as the bridge makes it, and seeks by beginning anew elsewhere', async () => {
    const { page, open, expectClean, close } = await stage.visit();
    await play(page, open, '#/folder/Films', 'Life.mkv');
    // It may have begun with the film as it is, until the bridge knew what is in it.
    const source = async (): Promise<string> => new URL((await seen(page)).source).pathname;
    await expect.poll(source, PATIENCE).toMatch(/^\/media\/.*\/play\.mp4$/);
    await expect.poll(async () => (await seen(page)).width, PATIENCE).toBeGreaterThan(0);
    await page.keyboard.press('7');
    await expect.poll(() => position(page), PATIENCE).toBeGreaterThan(8);
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(0.2);
    expectClean();
    await close();
  });

  it('is given up by the bridge when the viewer leaves', async () => {
    const { page, open, close } = await stage.visit();
    await play(page, open, '#/folder/Films', 'Life.mkv');
    await page.getByRole('button', { name: 'Back to the folder' }).click();
    await page.getByRole('heading', { name: 'Films' }).waitFor();
    await expect.poll(readers, PATIENCE).toEqual([]);
    await close();
  });
});

describe('the player', { timeout: 120_000 }, () => {
  it('can be read and reached on a phone while a film plays', async () => {
    const { page, open, close } = await stage.visit({ size: PHONE });
    await play(page, open, '#/folder/Films', 'Gradients.mp4');
    await page.keyboard.press(' ');
    await expectAccessible(page, 'the player');
    await page.getByRole('button', { name: 'Details and other players' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'VLC' }).waitFor();
    await expectAccessible(page, 'details over the player');
    await close();
  });

  it('goes on to the next episode in natural order', async () => {
    const { page, open, close } = await stage.visit();
    await play(page, open, '#/folder/Shows/Patterns', 'Episode 2.mkv');
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('heading', { name: 'Episode 10.mkv' }).waitFor();
    await expect.poll(async () => (await seen(page)).time, PATIENCE).toBeGreaterThan(0.3);
    expect(await page.getByRole('button', { name: 'Next', exact: true }).count()).toBe(0);
    await close();
  });

  it('plays songs', async () => {
    const { page, open, close } = await stage.visit();
    await play(page, open, '#/folder/Music', 'Two tones.mp3');
    await close();
  });
});
