import { signal, type ReadonlySignal } from '@preact/signals';
import type { ApiClient } from '../api/client.ts';
import type { Session } from '../api/types.ts';

/** `open`: no token is set, nobody needs to sign in. */
export type SignInState = 'unknown' | 'open' | 'signed-in' | 'signed-out';

/** Whether this browser may use the bridge. */
export class SignIn {
  readonly #state = signal<SignInState>('unknown');

  get state(): ReadonlySignal<SignInState> {
    return this.#state;
  }

  /** Rejects with a RequestFailure. */
  async look(api: ApiClient): Promise<void> {
    const { tokenNeeded, signedIn } = await api.get<Session>('session');
    this.#state.value = !tokenNeeded ? 'open' : signedIn ? 'signed-in' : 'signed-out';
  }

  /** Rejects with a RequestFailure: `unauthorized` for a wrong token. */
  async begin(api: ApiClient, token: string): Promise<void> {
    await api.post('session', { token });
    this.#state.value = 'signed-in';
  }

  async end(api: ApiClient): Promise<void> {
    await api.delete('session');
    this.#state.value = 'signed-out';
  }

  /** The bridge has refused a request. */
  noteRefused(): void {
    this.#state.value = 'signed-out';
  }
}
