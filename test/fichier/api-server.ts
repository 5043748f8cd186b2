import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { CallOptions } from '../../src/fichier/api.ts';
import type { ApiLog } from '../../src/fichier/caller.ts';
import { createFichierClient } from '../../src/fichier/create-client.ts';
import type { FichierClientOptions } from '../../src/fichier/create-client.ts';
import type { FichierClient } from '../../src/fichier/client.ts';
import { FakeClock } from '../support/fake-clock.ts';

const BASE_URL = 'http://api.fichier.test/v1';
export const API_KEY = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY';
export const viewer: CallOptions = { priority: 'viewer' };
export const crawl: CallOptions = { priority: 'crawl' };

interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One scripted answer: JSON for an object, the text itself for a string, or whatever the function makes. */
export type Scripted =
  (() => Response | Promise<Response>) | { readonly status?: number; readonly body: unknown };

export interface ApiServer {
  /** What came in since the test began. */
  readonly received: Received[];
  /** Answers for the calls to come, in order; the last one is given again and again. */
  answer(...answers: readonly Scripted[]): void;
}

/** Stands in for the API at BASE_URL during the tests of the file that calls it. */
export function apiServer(): ApiServer {
  const received: Received[] = [];
  let script: Scripted[] = [];
  const server = setupServer(
    http.all(`${BASE_URL}/*`, async ({ request }) => {
      const text = await request.text();
      const path = request.url.slice(BASE_URL.length + 1);
      received.push({ path, headers: request.headers, body: text === '' ? null : JSON.parse(text) });
      const next = script.length > 1 ? script.shift() : script[0];
      if (next === undefined) throw new Error(`no answer was scripted for ${path}`);
      return toResponse(next);
    }),
  );
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => {
    received.length = 0;
    script = [];
  });
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return { received, answer: (...answers) => void (script = [...answers]) };
}

function toResponse(scripted: Scripted): Response | Promise<Response> {
  if (typeof scripted === 'function') return scripted();
  const { status = 200, body } = scripted;
  return typeof body === 'string'
    ? new HttpResponse(body, { status })
    : HttpResponse.json(body as object, { status });
}

export function ko(message: string, status = 403): Scripted {
  return { status, body: { status: 'KO', message } };
}

export interface LogLine {
  readonly details: object;
  readonly message: string;
}

/** A client of BASE_URL with a clock that stands still; a burst large enough to keep pacing out of the way. */
export function testClient(options: Partial<FichierClientOptions> = {}): {
  client: FichierClient;
  clock: FakeClock;
  logged: LogLine[];
} {
  const clock = new FakeClock();
  const logged: LogLine[] = [];
  const keep = (details: object, message: string): void => void logged.push({ details, message });
  const log: ApiLog = { debug: keep, warn: keep };
  const client = createFichierClient({
    apiKey: API_KEY,
    baseUrl: BASE_URL,
    fetch: (url, init) => fetch(url, init),
    clock,
    random: () => 0.5,
    pacer: { burst: 100 },
    log,
    ...options,
  });
  return { client, clock, logged };
}
