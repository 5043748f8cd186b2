import { Buffer } from 'node:buffer';
import { request, type Dispatcher } from 'undici';
import { BridgeError } from '../errors.ts';

interface ConnectionParts {
  /** As people know the server: `Jellyfin`. */
  readonly server: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** The settings to look at when it refuses, such as `BRIDGE_JELLYFIN_KEY`. */
  readonly settings: { readonly url: string; readonly key: string };
  /** Sent with every request; never in an address, which others would log. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

export interface ServerRequest {
  readonly method: 'GET' | 'POST';
  /** Below the server's address, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
}

/** For an answer to begin, and between its pieces (ms): a server that scans is slow. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Bytes of an answer that are read; no list of libraries is as long. */
const LONGEST_ANSWER = 4 * 1024 * 1024;

/** Requests to one server. Redirects are never followed: they could carry the key to another host. */
export class ServerConnection {
  readonly #parts: ConnectionParts;
  /** For messages: the path of an address may hold a secret. */
  readonly #shown: string;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#shown = `${parts.server} at ${new URL(parts.url).origin}`;
  }

  /** The parsed JSON of the answer; null when it has no body. Rejects with `server-unreachable` or `server-refused`. */
  async ask(wanted: ServerRequest, signal: AbortSignal): Promise<unknown> {
    return this.#parsed(await this.send(wanted, signal));
  }

  /** The text of the answer, whatever it is; null when it is too long. Rejects as `ask` does. */
  send(wanted: ServerRequest, signal: AbortSignal): Promise<string | null> {
    const { url, headers, dispatcher } = this.#parts;
    const address = new URL(url + wanted.path);
    for (const [name, value] of Object.entries(wanted.query ?? {})) address.searchParams.set(name, value);
    return this.#exchange(async () => {
      const answer = await request(address, {
        method: wanted.method,
        headers: {
          accept: 'application/json',
          ...(wanted.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
          ...wanted.headers,
        },
        body: wanted.body ?? null,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
        dispatcher,
        signal,
      });
      if (answer.statusCode < 200 || answer.statusCode > 299) {
        await answer.body.dump();
        throw this.#refusal(answer.statusCode, answer.headers['location']);
      }
      return readText(answer.body);
    }, signal);
  }

  /** The failure of an answer that came, but not as the document of the server promises it. */
  strange(detail: string, cause?: unknown): BridgeError {
    const { server, settings } = this.#parts;
    return new BridgeError('server-refused', `${this.#shown} ${detail}`, {
      cause,
      hint: `Check that ${settings.url} is the address of ${server} itself, without a proxy's own pages.`,
    });
  }

  #parsed(text: string | null): unknown {
    if (text === null) throw this.strange('answered with more than any list of libraries');
    if (text.trim() === '') return null;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw this.strange('answered with something else than JSON', error);
    }
  }

  async #exchange<T>(exchange: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await exchange();
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      if (signal.aborted) throw new BridgeError('cancelled', 'the request was given up', { cause: error });
      throw new BridgeError('server-unreachable', `${this.#shown} does not answer (${reasonOf(error)})`, {
        cause: error,
      });
    }
  }

  #refusal(status: number, location: string | readonly string[] | undefined): BridgeError {
    const { server, url, settings } = this.#parts;
    if (status === 401 || status === 403) {
      return new BridgeError('server-refused', `${this.#shown} does not accept the key (${status})`, {
        hint: `Make a new key in ${server} and set ${settings.key}.`,
      });
    }
    if (status >= 300 && status < 400) {
      const elsewhere = originOf(location, url);
      return new BridgeError('server-refused', `${this.#shown} sends elsewhere (${status}, ${elsewhere})`, {
        hint: `Set ${settings.url} to the address at which ${server} itself answers; keys follow no redirect.`,
      });
    }
    if (status === 429 || status >= 500) {
      return new BridgeError('server-unreachable', `${this.#shown} is not ready (${status})`);
    }
    return this.strange(`refused the request (${status})`);
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > LONGEST_ANSWER) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Only the origin: the rest of a redirect may hold secrets. */
function originOf(location: string | readonly string[] | undefined, base: string): string {
  const target = typeof location === 'string' ? location : location?.[0];
  return target !== undefined && URL.canParse(target, base) ? new URL(target, base).origin : 'nowhere';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.name;
}
