import { describe, expect, it } from 'vitest';
import { folderRoute, formatRoute, type Route } from '../../src/web/client/routing/route.ts';
import { Router, type RouterWindow } from '../../src/web/client/routing/router.ts';

/** A browser's history, which goes back only when the test says so. */
class SlowBrowser {
  readonly places: { state: unknown; hash: string }[];
  at = 0;
  readonly #listeners: (() => void)[] = [];
  #wanted = 0;

  constructor(hash: string) {
    this.places = [{ state: null, hash }];
  }

  get place(): { state: unknown; hash: string } {
    const place = this.places[this.at];
    if (place === undefined) throw new Error('the browser has left the page');
    return place;
  }

  get window(): RouterWindow {
    const browser = this as SlowBrowser;
    const history = {
      scrollRestoration: 'auto',
      get state(): unknown {
        return browser.place.state;
      },
      pushState: (state: unknown, _title: string, hash: string) => this.#push(state, hash),
      replaceState: (state: unknown, _title: string, hash?: string) =>
        Object.assign(this.place, { state, hash: hash ?? this.place.hash }),
      back: () => (this.#wanted -= 1),
    };
    const location = {
      get hash(): string {
        return browser.place.hash;
      },
    };
    const addEventListener = (_type: string, listener: () => void): void =>
      void this.#listeners.push(listener);
    return { history, location, addEventListener, scrollY: 0 } as unknown as RouterWindow;
  }

  followLink(hash: string): void {
    this.#push(null, hash);
    for (const listener of this.#listeners) listener();
  }

  /** Does what `history.back` asked for. */
  goBack(): void {
    this.at += this.#wanted;
    this.#wanted = 0;
    for (const listener of this.#listeners) listener();
  }

  get hashes(): string[] {
    return this.places.slice(0, this.at + 1).map(({ hash }) => hash);
  }

  #push(state: unknown, hash: string): void {
    this.places.splice(this.at + 1, Infinity, { state, hash });
    this.at += 1;
  }
}

const FILMS: Route = folderRoute('/Films');
const DETAILS: Route = { view: 'folder', path: '/Films', details: 'x' };
const SEARCH: Route = { view: 'search', text: 'epi', details: null };

describe('the router', () => {
  it('shows the view before at once, and keeps what is done until the browser has followed', () => {
    const browser = new SlowBrowser(formatRoute(FILMS));
    const router = new Router(browser.window);
    router.go(DETAILS);
    router.back(FILMS);
    expect(router.route.value).toEqual(FILMS);
    router.go(SEARCH);
    browser.goBack();
    expect(router.route.value).toEqual(SEARCH);
    expect(browser.hashes).toEqual([formatRoute(FILMS), formatRoute(SEARCH)]);
  });

  it('goes back to where the person came from, be it by a link or by the page', () => {
    const browser = new SlowBrowser(formatRoute(SEARCH));
    const router = new Router(browser.window);
    browser.followLink('#/file/f1');
    router.back(FILMS);
    browser.goBack();
    expect(router.route.value).toEqual(SEARCH);
    expect(browser.at).toBe(0);
  });

  it('never leaves the page when that is where the way back would lead', () => {
    const browser = new SlowBrowser('#/file/f1');
    const router = new Router(browser.window);
    browser.followLink(formatRoute(FILMS));
    router.back(FILMS);
    browser.goBack();
    router.back(FILMS);
    expect(router.route.value).toEqual(FILMS);
    expect(browser.hashes).toEqual([formatRoute(FILMS)]);
  });

  it('takes two steps when it is asked to twice, one after the other', () => {
    const browser = new SlowBrowser(formatRoute(FILMS));
    const router = new Router(browser.window);
    router.go(SEARCH);
    router.go(DETAILS);
    router.back(FILMS);
    router.back(FILMS);
    browser.goBack();
    expect(router.route.value).toEqual(FILMS);
    browser.goBack();
    expect(browser.hashes).toEqual([formatRoute(FILMS)]);
  });
});
