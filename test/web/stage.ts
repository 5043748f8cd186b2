import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { EmulatedAccount } from '../../src/emulator/account.ts';
import { ROOT_ID } from '../../src/emulator/emulated-entry.ts';
import { fileContent, type ContentSource } from '../../src/emulator/content.ts';
import { startWholeBridge, type WholeBridge, type WholeBridgeOptions } from '../support/whole-bridge.ts';
import { launchBrowser, visit, type Visit, type VisitOptions } from './browser.ts';
import { buildPage, type BuiltPage } from './built-page.ts';

const MEDIA = join(import.meta.dirname, '../../src/emulator/media');

/** One of the small real films, songs and pictures of the demo. */
function media(name: string): ContentSource {
  return fileContent(join(MEDIA, name));
}

/** A film of each kind, episodes, songs and pictures. */
export function fillLibrary(account: EmulatedAccount): void {
  const films = account.addFolder(ROOT_ID, 'Films');
  account.addFile(films, 'Gradients.mp4', media('film.mp4'));
  account.addFile(films, 'Gradients.en.srt', media('subtitles.srt'));
  account.addFile(films, 'Life.mkv', media('film.mkv'));
  account.addFile(films, 'poster.jpg', media('poster.jpg'));
  const show = account.addFolder(account.addFolder(ROOT_ID, 'Shows'), 'Patterns');
  for (const number of [1, 2, 10]) account.addFile(show, `Episode ${number}.mkv`, media('episode.mkv'));
  const music = account.addFolder(ROOT_ID, 'Music');
  account.addFile(music, 'Two tones.mp3', media('song.mp3'));
  const photos = account.addFolder(ROOT_ID, 'Photos');
  account.addFile(photos, 'One.jpg', media('photo.jpg'));
  account.addFile(photos, 'Two.jpg', media('photo.jpg'));
  account.addFolder(ROOT_ID, 'Nothing yet');
}

/** The whole bridge with the page of these sources, and a browser before it. */
export class Stage {
  readonly whole: WholeBridge;
  readonly #built: BuiltPage;
  readonly #browser: Browser;

  private constructor(whole: WholeBridge, built: BuiltPage, browser: Browser) {
    this.whole = whole;
    this.#built = built;
    this.#browser = browser;
  }

  static async set(
    prepare: (account: EmulatedAccount) => void,
    options: WholeBridgeOptions = {},
  ): Promise<Stage> {
    const built = await buildPage();
    const whole = await startWholeBridge(prepare, { ...options, pageDirectory: built.directory });
    return new Stage(whole, built, await launchBrowser());
  }

  visit(options: VisitOptions = {}): Promise<Visit> {
    return visit(this.#browser, this.whole.bridge.address, options);
  }

  async clear(): Promise<void> {
    await this.#browser.close();
    await this.whole.close();
    this.#built.remove();
  }
}
