import { effect } from '@preact/signals';
import type { Preferences } from './preferences.ts';

/** Lets the style sheet know which colours were chosen; with `system` the browser decides. */
export function applyTheme(root: HTMLElement, { theme }: Preferences): void {
  effect(() => {
    if (theme.value === 'system') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', theme.value);
  });
}
