import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What the storage host does with one request, given the range it asks for (end exclusive). */
export type Behaviour = (
  response: ServerResponse,
  range: { readonly start: number; readonly end: number },
  request: IncomingMessage,
) => void;

/** Byte at every offset, such that a shifted or mixed body shows. */
export function contentOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let offset = 0; offset < size; offset += 1) bytes[offset] = (offset * 31 + (offset >> 8) * 17) & 0xff;
  return bytes;
}

/** A storage host that serves `content` properly, except where a test has scripted something else. */
export class ScriptedStorage {
  readonly content: Buffer;
  /** Consumed one a request; then `usual` applies. */
  readonly script: Behaviour[] = [];
  usual: Behaviour = (response, range) => this.serve(response, range);
  readonly requests: {
    readonly path: string;
    readonly range: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly #sockets = new Set<Socket>();
  #opened = 0;
  readonly #server = createServer((request, response) => {
    const header = request.headers.range ?? '';
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
    this.requests.push({ path: request.url ?? '', range: header, headers: request.headers });
    (this.script.shift() ?? this.usual)(response, { start: Number(first), end: Number(last) + 1 }, request);
  });

  constructor(content: Buffer) {
    this.content = content;
    this.#server.on('connection', (socket) => {
      this.#opened += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  get connectionsOpened(): number {
    return this.#opened;
  }

  /** A proper answer, or the beginning of one whose headers promise it all. */
  serve(
    response: ServerResponse,
    range: { start: number; end: number },
    bytes = range.end - range.start,
  ): void {
    this.head(response, range);
    response.write(this.content.subarray(range.start, range.start + bytes));
    if (bytes === range.end - range.start) response.end();
  }

  head(
    response: ServerResponse,
    range: { start: number; end: number },
    headers: Record<string, string> = {},
  ): void {
    response.writeHead(206, {
      'content-type': 'video/x-matroska',
      'content-length': String(range.end - range.start),
      'content-range': `bytes ${range.start}-${range.end - 1}/${this.content.length}`,
      ...headers,
    });
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(code, headers).end();
