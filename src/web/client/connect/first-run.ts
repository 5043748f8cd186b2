import { signal, type ReadonlySignal } from '@preact/signals';
import type { ApiClient } from '../api/client.ts';

/** Whether the demo library stands in for an account whose key the bridge does not have yet. */
export class FirstRun {
  readonly #isKeyNeeded = signal(false);

  get isKeyNeeded(): ReadonlySignal<boolean> {
    return this.#isKeyNeeded;
  }

  /** Rejects with a RequestFailure. */
  async look(api: ApiClient): Promise<void> {
    const { keyNeeded } = await api.get<{ readonly keyNeeded: boolean }>('first-run');
    this.#isKeyNeeded.value = keyNeeded;
  }
}
