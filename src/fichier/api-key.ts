import { createHash } from 'node:crypto';
import { BridgeError } from '../errors.ts';

/** An API key that cannot be printed by accident: only `authorization` gives it out. */
export class ApiKey {
  readonly #value: string;

  /** White space around the key is cut off: keys are pasted from a web page. */
  constructor(pasted: string) {
    this.#value = pasted.trim();
  }

  /**
   * Value of the Authorization header.
   *
   * @throws BridgeError `api-key-invalid` when the text cannot be a key, whatever 1fichier would say.
   */
  authorization(): string {
    if (this.#value === '') {
      throw new BridgeError('api-key-invalid', 'the API key is empty', {
        hint: 'Set FICHIER_API_KEY to the key that the 1fichier console shows under Parameters.',
      });
    }
    if (/\s/.test(this.#value)) {
      throw new BridgeError('api-key-invalid', 'the API key has white space inside', {
        hint: 'A key is one word; copy it again from the 1fichier console, without line breaks or spaces.',
      });
    }
    if (!/^[\x21-\x7e]+$/.test(this.#value)) {
      throw new BridgeError('api-key-invalid', 'the API key has characters outside ASCII', {
        hint: 'Copy the key again from the 1fichier console; an editor may have replaced characters in it.',
      });
    }
    return `Bearer ${this.#value}`;
  }

  /** Tells keys apart in stored state without holding them. */
  fingerprint(): string {
    return createHash('sha256').update(this.#value).digest('hex').slice(0, 12);
  }

  /** `text` without the key, should 1fichier or a fault echo it. */
  redact(text: string): string {
    return this.#value === '' ? text : text.replaceAll(this.#value, '[key]');
  }

  toJSON(): string {
    return '[key]';
  }
}
