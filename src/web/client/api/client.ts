import { sentence } from '../format/format.ts';

/** Why a request of the page came to nothing, in words for the person before it. */
export class RequestFailure extends Error {
  /** Of the bridge's taxonomy; `offline` when no answer came, `unreadable` when it was not the bridge's. */
  readonly kind: string;
  readonly hint: string;

  constructor(kind: string, message: string, hint: string) {
    super(message);
    this.name = 'RequestFailure';
    this.kind = kind;
    this.hint = hint;
  }
}

export interface ApiClientOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Address of the bridge's root, ending in a slash: it may live below a path of a proxy. */
  readonly base: string;
  readonly onSignedOut: () => void;
}

interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The bridge's JSON API. Every method rejects with a RequestFailure, or an AbortError when its signal aborts. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** `path` is below `api/v1/`; parameters that are undefined are left out. */
  get<T>(
    path: string,
    parameters: Readonly<Record<string, string | number | undefined>> = {},
    options: RequestOptions = {},
  ): Promise<T> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, String(value));
    }
    return this.#request<T>(
      'GET',
      query.size === 0 ? path : `${path}?${query.toString()}`,
      undefined,
      options,
    );
  }

  post<T>(path: string, body: object, options: RequestOptions = {}): Promise<T> {
    return this.#request<T>('POST', path, body, options);
  }

  delete<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.#request<T>('DELETE', path, undefined, options);
  }

  async #request<T>(
    method: string,
    path: string,
    body: object | undefined,
    options: RequestOptions,
  ): Promise<T> {
    const { fetch, base, onSignedOut } = this.#options;
    // Without this field a 401 would open the browser's own window for a password.
    const headers: Record<string, string> = { accept: 'application/json', 'x-requested-with': 'fetch' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(`${base}api/v1/${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    }).catch((cause: unknown) => {
      throw isAbort(cause)
        ? cause
        : new RequestFailure('offline', 'The bridge does not answer.', OFFLINE_HINT);
    });
    const content: unknown = answer.status === 204 ? undefined : await answer.json().catch(unlessAborted);
    if (answer.ok && (content !== undefined || answer.status === 204)) return content as T;
    const failure = failureIn(content);
    if (answer.status === 401 && path !== 'session') onSignedOut();
    throw failure;
  }
}

const OFFLINE_HINT = 'Check that it runs and that this device is on the same network, then try again.';

function unlessAborted(error: unknown): undefined {
  if (isAbort(error)) throw error;
  return undefined;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function asFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  return new RequestFailure('unreadable', 'The page failed.', 'Load it again.');
}

function failureIn(content: unknown): RequestFailure {
  if (typeof content === 'object' && content !== null && 'error' in content && 'message' in content) {
    const hint = 'hint' in content ? String(content.hint) : '';
    return new RequestFailure(String(content.error), sentence(String(content.message)), hint);
  }
  return new RequestFailure(
    'unreadable',
    'The answer did not come from the bridge.',
    'If a proxy stands before it, look at what the proxy says.',
  );
}
