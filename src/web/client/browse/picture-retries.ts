import { sleep, type Clock } from '../../../clock.ts';

interface PictureRetriesOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** Looks at one picture, the first among them. */
const MOST_LOOKS = 4;
/** A picture that takes longer (ms) is not waited for: whoever comes back to the folder asks anew. */
const LONGEST_WAIT_MS = 120_000;

/** Waits for pictures that the bridge cannot make now but soon, which it says by 503 with Retry-After. */
export class PictureRetries {
  readonly #options: PictureRetriesOptions;

  constructor(options: PictureRetriesOptions) {
    this.#options = options;
  }

  /**
   * Whether the picture that did not load is there by now, then in the browser's cache too. Resolves as soon as that is
   * known, and with false when `signal` aborts.
   */
  async whenMade(address: string, signal: AbortSignal): Promise<boolean> {
    try {
      for (let look = 1; look <= MOST_LOOKS; look += 1) {
        const found = await this.#look(address, signal);
        if (found === 'made') return true;
        if (found === 'none' || found > LONGEST_WAIT_MS || look === MOST_LOOKS) return false;
        await sleep(this.#options.clock, found, signal);
      }
      return false;
    } catch {
      // Nobody waits any more, or the bridge is gone: the page says that elsewhere.
      return false;
    }
  }

  /** `made`, `none`, or when to look again (ms). */
  async #look(address: string, signal: AbortSignal): Promise<'made' | 'none' | number> {
    const answer = await this.#options.fetch(address, { signal, credentials: 'same-origin' });
    // Read to its end, or the browser keeps neither the picture nor the connection.
    await answer.arrayBuffer();
    if (answer.ok) return 'made';
    const seconds = Number(answer.headers.get('retry-after'));
    return answer.status === 503 && seconds > 0 ? seconds * 1000 : 'none';
  }
}
