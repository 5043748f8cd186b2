import type { ComponentType } from 'preact';
import type { IconName } from './icon.tsx';

/** A page beside the library, loaded when it is first opened. */
export interface Page {
  /** In its address, `#/name`. */
  readonly name: string;
  readonly title: string;
  readonly icon: IconName;
  /** Whether the top bar leads to it. */
  readonly isInNavigation: boolean;
  readonly load: () => Promise<ComponentType>;
}

/** To add one: `load: async () => (await import('../status/status-page.tsx')).StatusPage`. */
export const PAGES: readonly Page[] = [];
