import { render } from 'preact';
import { systemClock } from '../../clock.ts';
import { Addresses } from './api/addresses.ts';
import { ApiClient } from './api/client.ts';
import { FirstRun } from './connect/first-run.ts';
import { FolderListings } from './browse/folder-listing.ts';
import { PictureRetries } from './browse/picture-retries.ts';
import { keptPreferences } from './preferences/preferences.ts';
import { applyTheme } from './preferences/theme.ts';
import { WatchedFilms } from './player/watched.ts';
import { Router } from './routing/router.ts';
import { SignIn } from './session/sign-in.ts';
import { Announcer } from './shell/announcer.ts';
import { App } from './shell/app.tsx';
import { ServicesProvider, type Services } from './shell/services.ts';

function makeServices(): Services {
  const base = new URL('.', window.location.href).href;
  const signIn = new SignIn();
  const fetch: typeof window.fetch = (input, init) => window.fetch(input, init);
  const api = new ApiClient({
    fetch,
    base,
    onSignedOut: () => signIn.noteRefused(),
  });
  return {
    api,
    addresses: new Addresses(base),
    router: new Router(window),
    preferences: keptPreferences(window.localStorage),
    listings: new FolderListings(api),
    pictureRetries: new PictureRetries({ fetch, clock: systemClock }),
    signIn,
    firstRun: new FirstRun(),
    announcer: new Announcer(),
    watched: new WatchedFilms(window.localStorage),
  };
}

const root = document.getElementById('page');
if (root === null) throw new Error('the page has no place to stand');
const services = makeServices();
applyTheme(document.documentElement, services.preferences);
render(
  <ServicesProvider value={services}>
    <App />
  </ServicesProvider>,
  root,
);
