import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { sleep } from '../clock.ts';
import type { ApiContext, Endpoint, Outcome, WireObject } from './api-call.ts';
import { Fields } from './api-call.ts';
import type { ApiFault, ApiFaults } from './api-faults.ts';
import type { Tally } from './counts.ts';
import { FILE_ENDPOINTS } from './file-endpoints.ts';
import type { FloodGuard } from './flood-guard.ts';
import { FOLDER_ENDPOINTS } from './folder-endpoints.ts';
import { answerText } from './json-answer.ts';
import type { KoName, Refusal } from './ko.ts';
import { isRefusal, koMessage, koStatus, refuse } from './ko.ts';
import { falsifiedListing } from './listing-lies.ts';
import { MAINTENANCE_PAGE, page } from './pages.ts';
import { READ_ENDPOINTS } from './read-endpoints.ts';
import { readBody } from './request-body.ts';
import { UPLOAD_ENDPOINTS } from './upload-endpoints.ts';

interface ApiServerParts {
  readonly context: ApiContext;
  readonly guard: FloodGuard;
  readonly faults: ApiFaults;
  readonly tally: Tally;
  readonly apiKey: string;
}

interface Answer {
  readonly status: number;
  readonly type: 'application/json; charset=utf-8' | 'text/html; charset=utf-8' | 'text/plain';
  readonly text: string;
  readonly retryAfterSeconds?: number | null;
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  ...READ_ENDPOINTS,
  ...FILE_ENDPOINTS,
  ...FOLDER_ENDPOINTS,
  ...UPLOAD_ENDPOINTS,
};

/** Paths that articles give to the real endpoints (API document section 7). */
const CLASSIC_PATHS: Readonly<Record<string, string>> = {
  'account/info': 'user/info',
  'link/get_link': 'download/get_token',
  'folder/add': 'folder/mkdir',
  'file/delete': 'file/rm',
  'file/move': 'file/mv',
  'upload/add_url': 'remote/request',
};

const PATH = /^\/v1\/(.+)\.cgi$/;
/** Endpoints whose names in counts are shorter than their paths. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'download/get_token': 'get_token',
  'upload/get_upload_server': 'get_upload_server',
};
/** What the account's key is not needed for (API document 2.16). */
const OPEN_ENDPOINTS = new Set(['upload/get_upload_server']);

/** The `/v1` side of 1fichier. */
export class ApiServer {
  readonly #parts: ApiServerParts;
  #location: { readonly address: string; readonly at: number } | undefined;

  constructor(parts: ApiServerParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = this.#endpointOf(request);
    const name = SHORT_NAMES[path] ?? path;
    this.#parts.tally.apiCall(name);
    const body = await readBody(request);
    const values = parseFields(body);
    // 1fichier counts a call when it comes, whatever becomes of it.
    const flooded = this.#flooded(path, values);
    const fault = flooded === null ? this.#parts.faults.take(name) : undefined;
    if (fault?.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'hang' && !(await this.#hang(response, fault.forMs))) return;
    const answer = flooded ?? this.#scripted(fault) ?? (await this.#answer(path, request, values, fault));
    this.#parts.guard.answered(answer.status);
    this.#send(request, response, fault?.kind === 'truncated' ? truncated(answer) : answer);
  }

  #endpointOf(request: IncomingMessage): string {
    const path = PATH.exec(new URL(request.url ?? '/', 'http://api').pathname)?.[1] ?? '';
    return (this.#parts.context.quirks.classicPaths ? CLASSIC_PATHS[path] : undefined) ?? path;
  }

  /** The answer a fault gives in place of any call's. */
  #scripted(fault: ApiFault | undefined): Answer | null {
    switch (fault?.kind) {
      case 'html':
        return htmlAnswer(fault.status, fault.status === 503 ? MAINTENANCE_PAGE : page('Error', ''));
      case 'status':
        return this.#json(
          { status: 'KO', message: `Unexpected error #${fault.status}` },
          fault.status,
          false,
        );
      case 'plain':
        return { status: fault.status, type: 'text/plain', text: fault.text };
      case 'ko':
        return this.#refusal(refuse(fault.ko, fault.status), false);
      case 'lock':
        this.#parts.guard.lock(fault.seconds);
        return this.#flooded('', null);
      default:
        return null;
    }
  }

  /** Counts a call; gives the answer of a flood, or null. */
  #flooded(path: string, values: WireObject | null): Answer | null {
    const folderId = new Fields(values ?? {}).integer('folder_id') ?? 0;
    const flooded = this.#parts.guard.check({ endpoint: path, folderId });
    if (flooded === null) return null;
    return this.#refusal(refuse(flooded, this.#parts.context.quirks.floodStatus), false);
  }

  async #answer(
    path: string,
    request: IncomingMessage,
    values: WireObject | null,
    fault: ApiFault | undefined,
  ): Promise<Answer> {
    const { quirks } = this.#parts.context;
    if (quirks.outage === 'maintenance-page') return htmlAnswer(503, MAINTENANCE_PAGE);
    if (quirks.outage === 'plain-ip-locked') return { status: 403, type: 'text/plain', text: 'IP Locked' };
    const fields = new Fields(values ?? {});
    const outcome =
      this.#refusedAtTheGate(path, request) ??
      (values === null ? refuse('json-invalid') : await this.#call(path, request, fields));
    const pretty = fields.flag('pretty');
    if (isRefusal(outcome)) return this.#refusal(outcome, pretty);
    const told = fault?.kind === 'listing' ? falsifiedListing(outcome, fault.as) : outcome;
    return this.#json(told, 200, pretty);
  }

  #refusedAtTheGate(path: string, request: IncomingMessage): Refusal | null {
    const { context, apiKey } = this.#parts;
    const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (context.quirks.requireKey && key !== apiKey && !OPEN_ENDPOINTS.has(path)) {
      return refuse('not-authenticated');
    }
    return this.#elsewhere(path, request) ? refuse('one-location') : null;
  }

  /** Whether the account was used from another address too recently (quirk 43). */
  #elsewhere(path: string, request: IncomingMessage): boolean {
    const { quirks, clock } = this.#parts.context;
    const address = request.socket.remoteAddress ?? '';
    const last = this.#location;
    const conflict =
      quirks.oneLocationSeconds !== null &&
      last !== undefined &&
      last.address !== address &&
      clock.now() - last.at < quirks.oneLocationSeconds * 1000;
    if (!conflict && path === 'download/get_token') this.#location = { address, at: clock.now() };
    return conflict;
  }

  async #call(path: string, request: IncomingMessage, fields: Fields): Promise<Outcome> {
    const endpoint = ENDPOINTS[path];
    if (endpoint === undefined) return refuse('endpoint-unknown');
    const isJson = request.headers['content-type']?.startsWith('application/json') === true;
    const { quirks } = this.#parts.context;
    if (path === 'upload/get_upload_server') {
      if (!isJson && quirks.uploadServerNeedsJsonType) return refuse('content-type-missing');
    } else if (request.method !== 'POST') {
      return refuse('method-invalid');
    }
    const unknown = fields.names().some((name) => name !== 'pretty' && !endpoint.fields.includes(name));
    if (unknown && quirks.unknownFields === 'refused') return refuse('parameter-unknown');
    return endpoint.answer(fields, this.#parts.context);
  }

  #refusal(refusal: Refusal, pretty: boolean): Answer {
    const { quirks, random } = this.#parts.context;
    const message = koMessage(refusal.ko, quirks.errorNumbers === 'any', random);
    const answer = this.#json({ status: 'KO', message }, koStatus(refusal), pretty);
    if (!isFlood(refusal.ko)) return answer;
    this.#parts.tally.floodAnswer();
    return { ...answer, retryAfterSeconds: quirks.retryAfterSeconds };
  }

  #json(body: WireObject, status: number, pretty: boolean): Answer {
    const { quirks, random } = this.#parts.context;
    const text = answerText(body, quirks.shuffleKeys, pretty, random);
    return { status, type: 'application/json; charset=utf-8', text };
  }

  /** Whether the wait ends before the client leaves. */
  async #hang(response: ServerResponse, forMs: number | null): Promise<boolean> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return sleep(this.#parts.context.clock, forMs ?? Infinity, gone.signal).then(
      () => true,
      () => false,
    );
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    const { gzipAnswers } = this.#parts.context.quirks;
    const compress = gzipAnswers && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = compress ? gzipSync(answer.text, { level: 1 }) : Buffer.from(answer.text);
    const { retryAfterSeconds = null } = answer;
    response.writeHead(answer.status, {
      Server: 'nginx',
      'Content-Type': answer.type,
      'Content-Length': body.length,
      Vary: 'Accept-Encoding',
      ...(compress ? { 'Content-Encoding': 'gzip' } : {}),
      ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    });
    response.end(body);
  }
}

/** An absent body counts as `{}`; null: no JSON object. */
function parseFields(body: string): WireObject | null {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function isFlood(ko: KoName): boolean {
  return ko.startsWith('flood-');
}

function htmlAnswer(status: number, text: string): Answer {
  return { status, type: 'text/html; charset=utf-8', text };
}

function truncated(answer: Answer): Answer {
  return { ...answer, text: answer.text.slice(0, Math.floor(answer.text.length / 2)) };
}
