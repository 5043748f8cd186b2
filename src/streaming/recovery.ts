import { BridgeError } from '../errors.ts';
import type { Setback } from './storage-answer.ts';

export type Remedy =
  | { readonly kind: 'give-up'; readonly error: BridgeError }
  | {
      readonly kind: 'try-again';
      readonly renewLink: boolean;
      /** How often it was tried without a byte in between; 0: try at once, a fresh link is a fresh start. */
      readonly attempt: number;
    };

/** Refusals without a byte in between: the first and the third bring another link, the last ends the read. */
const MOST_REFUSALS = 4;
/** Answers in a row that speak of another size: the second, by a fresh link, is believed. */
const MOST_DISAGREEMENTS = 2;
/** After this many failures in a row the link is renewed, once: another may lead to another host. */
const FAILURES_BEFORE_RENEWAL = 5;

/** Decides what to do about the setbacks of one read, by what happened since the last byte. */
export class Recovery {
  #refusals = 0;
  #disagreements = 0;
  #failures = 0;

  /** A byte came. */
  progressed(): void {
    this.#refusals = 0;
    this.#disagreements = 0;
    this.#failures = 0;
  }

  remedyFor(setback: Setback): Remedy {
    switch (setback.cause) {
      case 'failed':
        this.#failures += 1;
        return {
          kind: 'try-again',
          renewLink: this.#failures === FAILURES_BEFORE_RENEWAL,
          attempt: this.#failures,
        };
      case 'changed':
        this.#disagreements += 1;
        if (this.#disagreements < MOST_DISAGREEMENTS) return this.#afterRefusal(setback);
        return { kind: 'give-up', error: new BridgeError('content-changed', setback.reason) };
      case 'refused':
        return this.#afterRefusal(setback);
    }
  }

  #afterRefusal(setback: Setback): Remedy {
    this.#refusals += 1;
    if (this.#refusals >= MOST_REFUSALS) {
      return { kind: 'give-up', error: new BridgeError('link-refused', setback.reason) };
    }
    const renewLink = this.#refusals % 2 === 1;
    return { kind: 'try-again', renewLink, attempt: this.#refusals - 1 };
  }
}
