import type { ApiRoutes } from '../http/api/api.ts';
import { firstRunRoutes } from '../http/api/first-run-routes.ts';
import type { Settings } from '../config/settings.ts';
import { storeKey } from '../config/stored-key.ts';
import { BridgeError } from '../errors.ts';
import type { Account } from '../fichier/api.ts';
import { ensureDataDirectory } from './data-directory.ts';
import type { Surroundings } from './surroundings.ts';
import { connectToFichier } from './fichier-client.ts';

/** Between two tries: each wrong key is a refused call, and those earn bans (API document, section 5). */
const BETWEEN_TRIES_MS = 3000;

/** Takes the API key from the page while the demo library stands in for the account. */
export class FirstRun {
  readonly #settings: Settings;
  readonly #surroundings: Surroundings;
  #onKey: (key: string) => void = () => undefined;
  #nextTryAt = 0;
  #isTrying = false;

  /** Settles with the first key that 1fichier knows, once it is stored. */
  readonly key: Promise<string>;

  constructor(settings: Settings, surroundings: Surroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.key = new Promise((resolve) => (this.#onKey = resolve));
  }

  routes(): ApiRoutes {
    return firstRunRoutes({ take: (key) => this.take(key) });
  }

  /**
   * Asks 1fichier whose key it is, and stores it.
   *
   * @throws BridgeError `too-many-attempts`, or what the API says.
   */
  async take(key: string): Promise<Account> {
    const { clock } = this.#surroundings;
    if (this.#isTrying || clock.monotonic() < this.#nextTryAt) {
      throw new BridgeError('too-many-attempts', 'another key was tried a moment ago', {
        retryAt: clock.now() + BETWEEN_TRIES_MS,
        hint: 'Wait three seconds, then try again: 1fichier bans whoever guesses quickly.',
      });
    }
    this.#isTrying = true;
    try {
      const account = await this.#ask(key);
      ensureDataDirectory(this.#settings.dataDir);
      storeKey(this.#settings.dataDir, key);
      this.#onKey(key.trim());
      return account;
    } finally {
      this.#isTrying = false;
      this.#nextTryAt = clock.monotonic() + BETWEEN_TRIES_MS;
    }
  }

  async #ask(apiKey: string): Promise<Account> {
    const connected = connectToFichier(this.#settings, this.#surroundings, apiKey);
    try {
      return await connected.api.account({ priority: 'viewer' });
    } finally {
      await connected.close();
    }
  }
}
