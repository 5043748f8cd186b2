import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';

export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1280, height: 800 } as const;

/** Debian's Chromium, as `npm run test:tools` installs it. */
export function launchBrowser(): Promise<Browser> {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'chromium'));
  const executablePath = files.find(isExecutable);
  if (executablePath === undefined) {
    throw new Error('chromium cannot be found; npm run test:tools installs it');
  }
  const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--mute-audio'];
  return chromium.launch({ executablePath, args });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface VisitOptions {
  readonly size?: typeof PHONE | typeof DESKTOP;
  readonly colours?: 'light' | 'dark';
}

/** One person's browser before the bridge, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Opens a view by its fragment, such as `#/folder/Movies`, and waits for its heading. */
  readonly open: (fragment: string) => Promise<void>;
  /** Fails when the page logged an error, broke its policy, or asked another host for anything. */
  readonly expectClean: () => void;
  readonly close: () => Promise<void>;
}

/** Generous, since the machine may be loaded; nothing waits for it when all is well. */
const PATIENCE_MS = 30_000;

export async function visit(browser: Browser, address: string, options: VisitOptions = {}): Promise<Visit> {
  const { size = DESKTOP, colours = 'light' } = options;
  const isPhone = size === PHONE;
  const context = await browser.newContext({
    viewport: size,
    colorScheme: colours,
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    // A film without a still shows a sign of its kind; Chromium reports the 404 all the same.
    const isMissingStill = url.includes('/thumbnail.jpg');
    if (message.type() === 'error' && !isMissingStill) problems.push(`console: ${message.text()} ${url}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    const isOwn = origin === new URL(address).origin || protocol === 'data:' || protocol === 'blob:';
    if (!isOwn) problems.push(`another host: ${request.url()}`);
  });
  return {
    page,
    open: async (fragment) => {
      await page.goto(address + fragment);
      await page.locator('h1').first().waitFor();
    },
    expectClean: () => {
      expect(problems).toEqual([]);
    },
    close: () => context.close(),
  };
}

/** Fails with what axe finds serious or critical in the view as it stands, and when it is wider than the window. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const serious = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations } = await checker.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
  expect(serious, what).toEqual([]);
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(excess, `${what}: pixels beyond the window`).toBeLessThanOrEqual(0);
}
