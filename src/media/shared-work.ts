import { BridgeError } from '../errors.ts';

interface Work<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work that is done once for all who ask for it at the same time, and given up when nobody waits for it any more. */
export class SharedWork<T> {
  readonly #underWay = new Map<string, Work<T>>();

  /** Joins the work named `key`, or begins it. Rejects with `cancelled` as soon as `signal` aborts. */
  do(key: string, signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(gaveUp(signal));
    const work = this.#underWay.get(key) ?? this.#begin(key, begin);
    work.waiting += 1;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(gaveUp(signal));
        work.waiting -= 1;
        if (work.waiting > 0) return;
        if (this.#underWay.get(key) === work) this.#underWay.delete(key);
        work.controller.abort();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      void work.outcome.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<T>): Work<T> {
    const controller = new AbortController();
    const outcome = begin(controller.signal);
    const work = { outcome, controller, waiting: 0 };
    this.#underWay.set(key, work);
    const done = (): void => {
      if (this.#underWay.get(key) === work) this.#underWay.delete(key);
    };
    outcome.then(done, done);
    return work;
  }
}

function gaveUp(signal: AbortSignal | undefined): BridgeError {
  return new BridgeError('cancelled', 'nobody waits for it any more', { cause: signal?.reason });
}
