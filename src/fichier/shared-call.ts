import { BridgeError, asBridgeError } from '../errors.ts';
import { isMoreUrgent, type CallOptions, type Priority } from './api.ts';

interface SharedCallRequest {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

interface Attempt {
  readonly priority: Priority;
  readonly controller: AbortController;
  sent: boolean;
}

/**
 * One API call on behalf of all who wait for its answer. A waiter who leaves takes nothing from the
 * others; when all have left, a call still queued is dropped, and one already sent is let finish, for it is paid.
 * A more urgent waiter moves a queued call forward by asking anew in its place, so that one call is sent all told.
 */
export class SharedCall<T> {
  readonly #call: (options: CallOptions) => Promise<T>;
  readonly #onDone: () => void;
  readonly #outcome: Promise<T>;
  #resolve: (answer: T) => void = () => undefined;
  #reject: (error: BridgeError) => void = () => undefined;
  #attempt: Attempt | null = null;
  #waiting = 0;
  #done = false;

  /** @param onDone called once, when the outcome is known or nobody waits for it. */
  constructor(call: (options: CallOptions) => Promise<T>, onDone: () => void) {
    this.#call = call;
    this.#onDone = onDone;
    this.#outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits handles it; a failure for which nobody waits any more is no fault of the process.
    this.#outcome.catch(() => undefined);
  }

  join(request: SharedCallRequest): Promise<T> {
    const { priority, signal } = request;
    if (signal?.aborted === true) return Promise.reject(gaveUp(signal));
    this.#ensureUrgency(priority);
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(gaveUp(signal));
        this.#leave();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      void this.#outcome.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }

  /** Resolves, and never rejects, when the outcome is known or nobody waits for it. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#outcome]);
  }

  #ensureUrgency(priority: Priority): void {
    const current = this.#attempt;
    if (current !== null && (current.sent || !isMoreUrgent(priority, current.priority))) return;
    this.#attempt = { priority, controller: new AbortController(), sent: false };
    current?.controller.abort();
    void this.#run(this.#attempt);
  }

  async #run(attempt: Attempt): Promise<void> {
    try {
      const answer = await this.#call({
        priority: attempt.priority,
        signal: attempt.controller.signal,
        onSent: () => (attempt.sent = true),
      });
      this.#finish(() => this.#resolve(answer));
    } catch (error) {
      if (attempt === this.#attempt) this.#finish(() => this.#reject(asBridgeError(error)));
    }
  }

  #leave(): void {
    this.#waiting -= 1;
    const attempt = this.#attempt;
    if (this.#waiting > 0 || attempt === null || attempt.sent) return;
    this.#finish(() => this.#reject(new BridgeError('cancelled', 'nobody waits for the answer any more')));
    attempt.controller.abort();
  }

  #finish(settle: () => void): void {
    if (this.#done) return;
    this.#done = true;
    this.#onDone();
    settle();
  }
}

function gaveUp(signal: AbortSignal | undefined): BridgeError {
  return new BridgeError('cancelled', 'the wait for an answer was given up', { cause: signal?.reason });
}
