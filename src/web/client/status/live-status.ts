import { signal, type ReadonlySignal } from '@preact/signals';
import { StatusHistory, type Sample } from './history.ts';
import type { Status } from './status.ts';

/** `lost`: the browser tries again by itself. */
export type Connection = 'opening' | 'live' | 'lost';

/** Two minutes at one a second. */
export const HISTORY_LENGTH = 120;

/** The status of the bridge as it is told, second by second. */
export class LiveStatus {
  readonly #status = signal<Status | null>(null);
  readonly #connection = signal<Connection>('opening');
  readonly #samples = signal<readonly Sample[]>([]);
  readonly #history = new StatusHistory(HISTORY_LENGTH);

  get status(): ReadonlySignal<Status | null> {
    return this.#status;
  }

  get connection(): ReadonlySignal<Connection> {
    return this.#connection;
  }

  get samples(): ReadonlySignal<readonly Sample[]> {
    return this.#samples;
  }

  /** Listens until the returned function is called. */
  listen(address: string): () => void {
    const source = new EventSource(address);
    source.addEventListener('open', () => (this.#connection.value = 'live'));
    source.addEventListener('error', () => (this.#connection.value = 'lost'));
    source.addEventListener('status', (event: MessageEvent<string>) => {
      const status = JSON.parse(event.data) as Status;
      this.#history.add(status);
      this.#status.value = status;
      this.#samples.value = this.#history.samples;
    });
    return () => source.close();
  }
}
