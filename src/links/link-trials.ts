/** The right to make a request with a link. */
export interface LinkUse {
  /** To be called once the storage host has answered, or will not; harmless when repeated. */
  over(): void;
}

const PROVEN: LinkUse = { over: () => undefined };

/**
 * The first uses of fresh links. One request finds out whether the storage host takes a link; whoever else wants to use
 * it waits for the answer, so that a link that is dead costs one refusal and not one for each reader: refusals add up
 * to a ban (API document section 1).
 */
export class LinkTrials {
  readonly #running = new Map<string, Promise<void>>();

  /** Waits while a trial of this link runs; then asks whether this use is one as well. Gives null when the signal aborts. */
  async enter(address: string, needsTrial: () => boolean, signal: AbortSignal): Promise<LinkUse | null> {
    while (!signal.aborted) {
      if (!needsTrial()) return PROVEN;
      const running = this.#running.get(address);
      if (running === undefined) return this.#begin(address);
      await endOf(running, signal);
    }
    return null;
  }

  #begin(address: string): LinkUse {
    let over = (): void => undefined;
    const trial = new Promise<void>((resolve) => {
      over = (): void => {
        if (this.#running.get(address) === trial) this.#running.delete(address);
        resolve();
      };
    });
    this.#running.set(address, trial);
    return { over };
  }
}

/** Resolves when the trial is over or the signal aborts. */
function endOf(trial: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    void trial.then(done);
  });
}
