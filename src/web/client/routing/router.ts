import { signal, type ReadonlySignal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './route.ts';

/** What the router needs of a window. */
export type RouterWindow = Pick<Window, 'history' | 'location' | 'scrollY' | 'addEventListener'>;

/** Kept by the browser with each place of its history. */
interface PlaceState {
  /** Fragment of the place that the browser's way back leads to; null: out of the page. */
  readonly from: string | null;
}

/**
 * The route of the address bar, and where each one was scrolled to.
 *
 * A browser goes back some time after it was asked to. The route changes at once all the same, and what is done until
 * the browser is there is written into its history afterwards, so that nobody who types fast is thrown back.
 */
export class Router {
  readonly #window: RouterWindow;
  readonly #route;
  readonly #scrolled = new Map<string, number>();
  /** What is to be done once the browser has gone back; null: it is not on its way. */
  #afterReturn: (() => void)[] | null = null;

  constructor(window: RouterWindow) {
    this.#window = window;
    this.#route = signal(parseRoute(window.location.hash));
    window.history.scrollRestoration = 'manual';
    if (placeState(window.history.state) === null) this.#stamp(null);
    // Fired for links of the page as well as for the browser's own ways back and forth.
    window.addEventListener('popstate', () => this.#arrive());
  }

  get route(): ReadonlySignal<Route> {
    return this.#route;
  }

  /** `replace` keeps the way back as it is. */
  go(route: Route, { replace = false }: { readonly replace?: boolean } = {}): void {
    const from = formatRoute(this.#route.peek());
    this.#take(route);
    this.#whenReturned(() => {
      const { history } = this.#window;
      if (replace) history.replaceState(history.state, '', formatRoute(route));
      else history.pushState({ from } satisfies PlaceState, '', formatRoute(route));
    });
  }

  /** Goes back when the person came from within the page, else to `otherwise`. */
  back(otherwise: Route): void {
    this.#whenReturned(() => {
      const from = placeState(this.#window.history.state)?.from ?? null;
      if (from === null) {
        this.go(otherwise, { replace: true });
        return;
      }
      this.#take(parseRoute(from));
      this.#afterReturn = [];
      this.#window.history.back();
    });
  }

  /** Pixels from the top at which the current view was left, to be restored once its content stands. */
  get scrollPosition(): number {
    return this.#scrolled.get(placeOf(this.#route.value)) ?? 0;
  }

  #whenReturned(work: () => void): void {
    if (this.#afterReturn === null) work();
    else this.#afterReturn.push(work);
  }

  #arrive(): void {
    const waiting = this.#afterReturn ?? [];
    this.#afterReturn = null;
    const { history, location } = this.#window;
    // A link of the page has made this place, and knows nothing of where it stood.
    if (placeState(history.state) === null) this.#stamp(formatRoute(this.#route.peek()));
    if (waiting.length === 0) this.#take(parseRoute(location.hash));
    for (const work of waiting) this.#whenReturned(work);
  }

  #stamp(from: string | null): void {
    this.#window.history.replaceState({ from } satisfies PlaceState, '');
  }

  #take(route: Route): void {
    const current = this.#route.peek();
    if (formatRoute(route) === formatRoute(current)) return;
    this.#scrolled.set(placeOf(current), this.#window.scrollY);
    this.#route.value = route;
  }
}

function placeState(state: unknown): PlaceState | null {
  return typeof state === 'object' && state !== null && 'from' in state ? (state as PlaceState) : null;
}

/** Details open over a view without leaving its place. */
function placeOf(route: Route): string {
  return formatRoute('details' in route ? { ...route, details: null } : route);
}
