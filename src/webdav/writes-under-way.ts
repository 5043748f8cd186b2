import { BridgeError } from '../errors.ts';
import { isBelow, type DavPath } from './path.ts';

/** Keeps two writers from changing the same thing at the same time, whether or not they use locks. */
export class WritesUnderWay {
  readonly #paths = new Set<DavPath>();

  /**
   * Runs `write` unless another one is under way at, above or below one of its paths.
   *
   * @throws BridgeError `locked`
   */
  async run<T>(paths: readonly DavPath[], write: () => Promise<T>): Promise<T> {
    for (const path of paths) this.#requireFree(path);
    for (const path of paths) this.#paths.add(path);
    try {
      return await write();
    } finally {
      for (const path of paths) this.#paths.delete(path);
    }
  }

  #requireFree(path: DavPath): void {
    for (const taken of this.#paths) {
      if (taken === path || isBelow(taken, path) || isBelow(path, taken)) {
        throw new BridgeError('locked', 'another client is writing there at this moment');
      }
    }
  }
}
