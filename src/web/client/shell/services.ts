import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Addresses } from '../api/addresses.ts';
import type { ApiClient } from '../api/client.ts';
import type { FirstRun } from '../connect/first-run.ts';
import type { FolderListings } from '../browse/folder-listing.ts';
import type { PictureRetries } from '../browse/picture-retries.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { WatchedFilms } from '../player/watched.ts';
import type { Router } from '../routing/router.ts';
import type { SignIn } from '../session/sign-in.ts';
import type { Announcer } from './announcer.ts';

/** What every view may use. */
export interface Services {
  readonly api: ApiClient;
  readonly addresses: Addresses;
  readonly router: Router;
  readonly preferences: Preferences;
  readonly listings: FolderListings;
  readonly pictureRetries: PictureRetries;
  readonly signIn: SignIn;
  readonly firstRun: FirstRun;
  readonly announcer: Announcer;
  readonly watched: WatchedFilms;
}

const context = createContext<Services | null>(null);

export const ServicesProvider = context.Provider;

export function useServices(): Services {
  const services = useContext(context);
  if (services === null) throw new Error('a view was shown outside the page');
  return services;
}
