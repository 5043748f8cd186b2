import { Agent, request, type Dispatcher } from 'undici';
import { BridgeError, isFailureKind } from '../errors.ts';
import { problemSchema } from '../http/api/schemas.ts';

export interface BridgeRequest {
  /** Any method of HTTP or WebDAV; GET when left out. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Dispatcher.RequestOptions['body'];
  readonly signal?: AbortSignal | undefined;
}

/** Requests to the bridge that runs, with the owner's key. */
export class BridgeConnection {
  /** What 1fichier takes its time for, such as many listings or the end of an upload, has its deadlines in the bridge. */
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly address: string;
  readonly #key: string;

  /** @param address ends in a slash. */
  constructor(address: string, key: string) {
    this.address = address;
    this.#key = key;
  }

  /**
   * Resolves with the answer of a request that succeeded.
   *
   * @param route relative to the address.
   * @throws BridgeError that of the bridge, `upstream-unavailable` when it does not answer, or `cancelled`.
   */
  async send(
    route: string,
    { method = 'GET', headers, body, signal }: BridgeRequest,
  ): Promise<Dispatcher.ResponseData> {
    const answer = await request(new URL(route, this.address), {
      // Its type knows the methods of HTTP alone.
      method: method,
      headers: { ...headers, accept: 'application/json', authorization: `Bearer ${this.#key}` },
      body: body ?? null,
      signal: signal ?? null,
      dispatcher: this.#agent,
    }).catch((error: unknown) => {
      if (error instanceof BridgeError) throw error;
      if (signal?.aborted === true) throw new BridgeError('cancelled', 'the command was given up');
      throw new BridgeError('upstream-unavailable', `the bridge at ${this.address} does not answer`, {
        cause: error,
        hint: 'Look at its log, or start it again.',
      });
    });
    if (answer.statusCode >= 400 || answer.statusCode === 207) {
      throw problemIn(parse(await answer.body.text()));
    }
    return answer;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The failure that a problem document of the bridge tells. */
export function problemIn(content: unknown): BridgeError {
  const problem = problemSchema.safeParse(content);
  if (!problem.success || !isFailureKind(problem.data.error)) {
    return new BridgeError('internal', 'the running bridge gave an answer that is none');
  }
  const { error, message, hint, retryAt } = problem.data;
  return new BridgeError(error, message, {
    hint,
    ...(retryAt === null ? {} : { retryAt: Date.parse(retryAt) }),
  });
}
