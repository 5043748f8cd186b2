import { signal, type ReadonlySignal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './route.ts';

/** The route of the address bar, and where each one was scrolled to. */
export class Router {
  readonly #window: Window;
  readonly #route;
  readonly #scrolled = new Map<string, number>();

  constructor(window: Window) {
    this.#window = window;
    this.#route = signal(parseRoute(window.location.hash));
    window.history.scrollRestoration = 'manual';
    window.addEventListener('hashchange', () => this.#take(parseRoute(window.location.hash)));
  }

  get route(): ReadonlySignal<Route> {
    return this.#route;
  }

  /** `replace` keeps the way back as it is. */
  go(route: Route, options: { readonly replace?: boolean } = {}): void {
    const fragment = formatRoute(route);
    if (options.replace === true) this.#window.history.replaceState(null, '', fragment);
    else this.#window.history.pushState(null, '', fragment);
    this.#take(route);
  }

  /** Goes back when the person came from within the page, else to `otherwise`. */
  back(otherwise: Route): void {
    if (this.#visited > 0) this.#window.history.back();
    else this.go(otherwise, { replace: true });
  }

  /** Pixels from the top at which the current view was left, to be restored once its content stands. */
  get scrollPosition(): number {
    return this.#scrolled.get(placeOf(this.#route.value)) ?? 0;
  }

  #visited = 0;

  #take(route: Route): void {
    this.#scrolled.set(placeOf(this.#route.value), this.#window.scrollY);
    this.#visited += 1;
    this.#route.value = route;
  }
}

/** Details open over a view without leaving its place. */
function placeOf(route: Route): string {
  return formatRoute('details' in route ? { ...route, details: null } : route);
}
