import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { asBridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { LinkSource } from '../links/link.ts';
import type { ContentReader } from '../streaming/content.ts';
import { planMultipart, type MultipartPart, type MultipartPlan } from '../streaming/multipart.ts';
import type { ByteRange } from '../streaming/range.ts';
import { abortOnClose } from './abort-on-close.ts';
import { finish, sendBody } from './body-sender.ts';
import { planFileResponse, safeContentType, type FileResponse } from './file-response.ts';

export type StreamMode = 'proxy' | 'redirect';

export interface FileServerParts {
  readonly reader: ContentReader;
  readonly links: LinkSource;
  readonly clock: Clock;
  /** A client that takes no byte for this long is cut off (ms). */
  readonly clientTimeout: number;
}

export interface ServeOptions {
  /** `redirect` sends the client to the storage host; only GET is redirected. */
  readonly mode: StreamMode;
  /** Save rather than show. */
  readonly download: boolean;
}

/** Answers GET and HEAD for the bytes of a file, the same wherever they are asked for. */
export class FileServer {
  readonly #parts: FileServerParts;
  #bytesServed = 0;
  #active = 0;

  constructor(parts: FileServerParts) {
    this.#parts = parts;
  }

  /** Bytes of files handed to clients since the start. */
  get bytesServed(): number {
    return this.#bytesServed;
  }

  /** Bodies on their way to clients. */
  get active(): number {
    return this.#active;
  }

  /**
   * Answers `request` with `file`. Rejects with a BridgeError while a status can still say so; what fails after the
   * first byte cuts the connection, so that no client takes a part for the whole.
   */
  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    file: FileEntry,
    options: ServeOptions,
  ): Promise<FastifyReply> {
    const { method, headers } = request;
    const now = this.#parts.clock.now();
    const plan = planFileResponse(file, { method, headers, download: options.download, now });
    if (plan.ranges.length > 0 && options.mode === 'redirect') return this.#redirect(request, reply, file);

    const multipart = multipartOf(plan, file);
    reply.code(plan.status).headers(plan.headers);
    if (multipart !== null) {
      reply.headers({
        'content-type': multipart.contentType,
        'content-length': String(multipart.contentLength),
      });
    }
    if (plan.ranges.length === 0) return reply.send();
    await this.#sendContent(request, reply, file, plan, multipart);
    return reply;
  }

  async #redirect(request: FastifyRequest, reply: FastifyReply, file: FileEntry): Promise<FastifyReply> {
    const signal = abortOnClose(reply.raw);
    const link = await this.#parts.links.get(file.url, { priority: 'viewer', signal });
    request.log.debug({ fileId: file.id }, 'redirecting to the storage host');
    return reply
      .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      .redirect(link.address, 302);
  }

  async #sendContent(
    request: FastifyRequest,
    reply: FastifyReply,
    file: FileEntry,
    plan: FileResponse,
    multipart: MultipartPlan | null,
  ): Promise<void> {
    const response = reply.raw;
    const signal = abortOnClose(response);
    const client = clientOf(request);
    const open = (range: ByteRange): Promise<Readable> =>
      this.#parts.reader.open(file, { range, priority: 'viewer', signal, client });
    const parts: readonly MultipartPart[] =
      multipart?.parts ?? plan.ranges.map((range) => ({ heading: '', range }));

    const first = await this.#openFirst(parts, open);
    reply.hijack();
    this.#active += 1;
    try {
      response.writeHead(plan.status, definedHeaders(reply));
      for (const part of parts) {
        const body = part === first.part ? first.body : await open(part.range);
        if (part.heading !== '') response.write(part.heading, 'latin1');
        await sendBody(body, response, this.#sendOptions);
      }
      await finish(response, multipart?.closing ?? '', this.#sendOptions);
    } catch (error) {
      const failure = asBridgeError(error);
      const level = failure.kind === 'cancelled' ? 'debug' : 'warn';
      request.log[level]({ fileId: file.id, err: failure }, `stream cut: ${failure.message}`);
      response.destroy();
    } finally {
      this.#active -= 1;
    }
  }

  async #openFirst(
    parts: readonly MultipartPart[],
    open: (range: ByteRange) => Promise<Readable>,
  ): Promise<{ part: MultipartPart | undefined; body: Readable }> {
    const part = parts[0];
    return { part, body: await open(part?.range ?? { start: 0, end: 0 }) };
  }

  get #sendOptions(): Parameters<typeof sendBody>[2] {
    const { clock, clientTimeout } = this.#parts;
    return { clock, clientTimeout, onSent: (bytes) => (this.#bytesServed += bytes) };
  }
}

function multipartOf(plan: FileResponse, file: FileEntry): MultipartPlan | null {
  if (plan.ranges.length < 2) return null;
  const boundary = randomBytes(18).toString('hex');
  return planMultipart(
    plan.ranges,
    { size: file.size, contentType: safeContentType(file.contentType) },
    boundary,
  );
}

const LONGEST_CLIENT_NAME = 200;

function clientOf(request: FastifyRequest): string {
  return `${request.ip} ${request.headers['user-agent'] ?? ''}`.trim().slice(0, LONGEST_CLIENT_NAME);
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const defined: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
