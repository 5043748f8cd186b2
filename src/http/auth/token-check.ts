import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { BridgeError } from '../../errors.ts';
import { GuessLimiter } from './guess-limiter.ts';

/** Whether a given token is the right one; slows down whoever guesses. */
export class TokenCheck {
  readonly #right: Buffer;
  readonly #limiter: GuessLimiter;

  constructor(token: string, clock: Clock) {
    this.#right = digest(token);
    this.#limiter = new GuessLimiter(clock);
  }

  /** Null when `given` is right; else `unauthorized`, or `too-many-attempts` whether it is right or not. */
  refusal(client: string, given: string): BridgeError | null {
    const guess = digest(given);
    const blockedUntil = this.#limiter.blockedUntil(client);
    if (blockedUntil !== null) {
      return new BridgeError('too-many-attempts', 'too many wrong tokens from this address', {
        retryAt: blockedUntil,
      });
    }
    if (timingSafeEqual(guess, this.#right)) return null;
    this.#limiter.noteWrong(client, guess.toString('base64'));
    return new BridgeError('unauthorized', 'the token is wrong');
  }
}

export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** Of equal length for any input, so that comparing takes the same time for any guess. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
