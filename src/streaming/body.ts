import { Readable } from 'node:stream';
import { asBridgeError, BridgeError } from '../errors.ts';

/** Bytes to be pulled, one chunk at a time. */
export interface ChunkSource {
  /** All of the range has been taken. */
  readonly finished: boolean;
  /** The next bytes when they are at hand, else null. Never empty. */
  take(): Buffer | null;
  /** Resolves when `take` will give bytes, or all has come; rejects with a BridgeError. */
  ready(): Promise<void>;
  /** Gives up what is not yet taken, at once. */
  close(): void;
}

/** At most one block and a little waits here for a slow client. */
const HIGH_WATER_BYTES = 128 * 1024;

/** The body a client gets. Ends only when the source is finished; whatever else happens destroys it. */
export class Body extends Readable {
  readonly #source: ChunkSource;
  readonly #onEnded: (error: BridgeError | null) => void;
  #waiting = false;
  #complete = false;

  constructor(source: ChunkSource, onEnded: (error: BridgeError | null) => void) {
    super({ highWaterMark: HIGH_WATER_BYTES });
    this.#source = source;
    this.#onEnded = onEnded;
  }

  override _read(): void {
    if (!this.#waiting && !this.#complete) this.#fill();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#source.close();
    this.#onEnded(this.#outcome(error));
    callback(error);
  }

  #fill(): void {
    for (let chunk = this.#source.take(); chunk !== null; chunk = this.#source.take()) {
      if (!this.push(chunk)) return;
    }
    if (this.#waiting || this.#complete) return;
    if (this.#source.finished) {
      this.#complete = true;
      this.push(null);
      return;
    }
    this.#waiting = true;
    this.#source.ready().then(this.#onReady, this.#onFailed);
  }

  readonly #onReady = (): void => {
    this.#waiting = false;
    if (!this.destroyed) this.#fill();
  };

  readonly #onFailed = (error: unknown): void => {
    this.#waiting = false;
    this.destroy(asBridgeError(error));
  };

  #outcome(error: Error | null): BridgeError | null {
    if (error !== null) return asBridgeError(error);
    return this.readableEnded ? null : new BridgeError('cancelled', 'the client has gone');
  }
}
