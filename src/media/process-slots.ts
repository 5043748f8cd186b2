import { BridgeError } from '../errors.ts';
import { isMoreUrgent, type Priority } from '../fichier/api.ts';
import type { Clock } from '../clock.ts';

interface SlotLimits {
  /** Processes at once. */
  readonly processes: number;
  /** Most who wait for one. */
  readonly waiting: number;
  /** The longest wait (ms). */
  readonly patienceMs: number;
}

interface Waiting {
  readonly priority: Priority;
  readonly take: () => void;
}

/** When a slot may be free (ms). */
const RETRY_AFTER_MS = 5_000;

/** Bounds the processes that run at once. Who waits for a slot is served by urgency, then in the order of coming. */
export class ProcessSlots {
  readonly #limits: SlotLimits;
  readonly #clock: Clock;
  readonly #queue: Waiting[] = [];
  #taken = 0;

  constructor(limits: SlotLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Processes that run now. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Resolves, when a slot is free, with the function that gives it back.
   *
   * Rejects with a BridgeError: `media-busy` when too many wait or the patience is over, or `cancelled`.
   */
  take(priority: Priority, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(gaveUp());
    if (this.#taken < this.#limits.processes) return Promise.resolve(this.#slot());
    if (this.#queue.length >= this.#limits.waiting) return Promise.reject(this.#busy());
    return new Promise((resolve, reject) => {
      const leave = (error: BridgeError): void => {
        forget();
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(error);
      };
      const onAbort = (): void => leave(gaveUp());
      const callOff = this.#clock.after(this.#limits.patienceMs, () => leave(this.#busy()));
      const forget = (): void => {
        callOff();
        signal.removeEventListener('abort', onAbort);
      };
      const take = (): void => {
        forget();
        resolve(this.#slot());
      };
      const waiting = { priority, take };
      signal.addEventListener('abort', onAbort);
      this.#enqueue(waiting);
    });
  }

  #busy(): BridgeError {
    const retryAt = this.#clock.now() + RETRY_AFTER_MS;
    return new BridgeError('media-busy', 'as many ffmpeg processes run as are allowed', { retryAt });
  }

  #enqueue(waiting: Waiting): void {
    const place = this.#queue.findIndex(({ priority }) => isMoreUrgent(waiting.priority, priority));
    this.#queue.splice(place === -1 ? this.#queue.length : place, 0, waiting);
  }

  #slot(): () => void {
    this.#taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= 1;
      this.#queue.shift()?.take();
    };
  }
}

function gaveUp(): BridgeError {
  return new BridgeError('cancelled', 'the wait for ffmpeg was given up');
}
