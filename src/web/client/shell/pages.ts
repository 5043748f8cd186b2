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

export const PAGES: readonly Page[] = [
  {
    name: 'status',
    title: 'Status',
    icon: 'status',
    isInNavigation: true,
    load: async () => (await import('../status/status-page.tsx')).StatusPage,
  },
  {
    name: 'setup',
    title: 'Set-up',
    icon: 'setup',
    isInNavigation: true,
    load: async () => (await import('../setup/setup-page.tsx')).SetupPage,
  },
  {
    name: 'connect',
    title: 'Connect your account',
    icon: 'link',
    isInNavigation: false,
    load: async () => (await import('../connect/connect-page.tsx')).ConnectPage,
  },
];
