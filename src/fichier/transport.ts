import { fetch as undiciFetch } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Answer } from './failures.ts';

/** The part of a fetch response that is needed here. */
interface FetchedAnswer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * Sends one request. It is a parameter since tests stand in for the network with msw, which patches only the global
 * `fetch` of the platform; in service it is undici's own, whose dispatcher fixes the address family and the pool.
 */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<FetchedAnswer>;

export function fetchThrough(dispatcher: Dispatcher | undefined): Fetch {
  return (url, init) => undiciFetch(url, dispatcher === undefined ? init : { ...init, dispatcher });
}

export interface TransportOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly userAgent: string;
  /** ms for one exchange, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** Longest body (bytes after decoding) that is read. */
  readonly maxAnswerBytes: number;
}

export interface TransportRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Faults before a connection stood: 1fichier has not counted such a call. */
const NEVER_ARRIVED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** One exchange with an HTTP server: bounded in time and size, and never redirected, for requests carry the key. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Rejects with a BridgeError: `cancelled`, `upstream-unavailable`, or `malformed-answer` for a body too long. */
  async exchange(request: TransportRequest): Promise<Answer> {
    const timeout = new AbortController();
    const callOff = this.#options.clock.after(this.#options.timeoutMs, () => timeout.abort());
    const signals = [timeout.signal, ...(request.signal === undefined ? [] : [request.signal])];
    try {
      const answer = await this.#options.fetch(request.url, {
        method: request.method,
        headers: { ...request.headers, 'user-agent': this.#options.userAgent, accept: 'application/json' },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: 'manual',
        signal: AbortSignal.any(signals),
      });
      return { httpStatus: answer.status, text: await this.#read(answer.body) };
    } catch (thrown) {
      if (thrown instanceof BridgeError) throw thrown;
      if (request.signal?.aborted === true) {
        throw new BridgeError('cancelled', 'the call was given up', { cause: thrown });
      }
      const what = timeout.signal.aborted ? 'did not answer in time' : 'could not be reached';
      throw new BridgeError('upstream-unavailable', `1fichier ${what}`, { cause: thrown });
    } finally {
      callOff();
    }
  }

  async #read(body: AsyncIterable<Uint8Array> | null): Promise<string> {
    if (body === null) return '';
    const decoder = new TextDecoder();
    let text = '';
    let length = 0;
    for await (const chunk of body) {
      length += chunk.byteLength;
      if (length > this.#options.maxAnswerBytes) {
        throw new BridgeError('malformed-answer', '1fichier sent an answer longer than any should be');
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  }
}

/** Whether the request behind this error certainly never reached its server. */
export function neverArrived(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && NEVER_ARRIVED.has(cause.code)) return true;
  }
  return false;
}
