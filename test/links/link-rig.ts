import type { BridgeError } from '../../src/errors.ts';
import type { LinkLifetime } from '../../src/links/lifetime.ts';
import { LinkCache, type LinkCacheOptions } from '../../src/links/link-cache.ts';
import { LINK_SCHEMA, LinkStore } from '../../src/links/link-store.ts';
import { openDatabase } from '../../src/store/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedApi } from './scripted-api.ts';

export const FILE = 'https://1fichier.com/?aaaaaaaaaaaaaaaaaaaa';
export const OTHER = 'https://1fichier.com/?bbbbbbbbbbbbbbbbbbbb';
export const MINUTE = 60_000;
export const VIEWER = { priority: 'viewer' } as const;
export const DOCUMENTED: LinkLifetime = { profile: 'documented' };
export const LENIENT: LinkLifetime = { profile: 'lenient', maxAgeMs: 8 * 60 * MINUTE };

/** What link caches share over restarts, and how to start one. */
export class LinkRig {
  readonly database = openDatabase(':memory:', [LINK_SCHEMA]);
  readonly clock = new FakeClock();
  readonly api = new ScriptedApi();
  readonly storeFailures: BridgeError[] = [];

  constructor() {
    this.api.answer = (_url, count) => `https://a-1.example/p${count}`;
  }

  startCache(
    lifetime: LinkLifetime = LENIENT,
    told: Pick<LinkCacheOptions, 'onFileGone' | 'isMissing'> = {},
  ): LinkCache {
    const { api, clock } = this;
    const onStoreFailure = (error: BridgeError): number => this.storeFailures.push(error);
    return new LinkCache({
      api,
      clock,
      store: new LinkStore(this.database),
      lifetime,
      onStoreFailure,
      ...told,
    });
  }
}
