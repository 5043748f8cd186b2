import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asBridgeError, BridgeError } from '../errors.ts';
import { contentRange, parseRange, type ByteRange } from '../streaming/range.ts';

/** Bytes that a program outside is to read. */
export interface LentContent {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** Rejects with a BridgeError. */
  open(range: ByteRange, signal: AbortSignal): Promise<Readable>;
}

/** One program's right to read one content. */
export interface Loan {
  /** A secret: whoever knows it can read the content until the loan ends. */
  readonly address: string;
  /** What reading the content failed with; the program only saw an HTTP error. */
  readonly failure: BridgeError | null;
  /** Cuts what is being read; the address leads nowhere from then on. */
  end(): void;
}

/**
 * Lends contents to ffmpeg and ffprobe over HTTP on this machine alone: they seek by Range, all they read goes through
 * the block cache with the priority of whom they work for, and they get to know no token, direct link or file name.
 */
export class Loopback {
  readonly #loans = new Map<string, OpenLoan>();
  #server: Promise<Server> | null = null;

  async lend(content: LentContent): Promise<Loan> {
    this.#server ??= this.#listen();
    const { port } = (await this.#server).address() as AddressInfo;
    const path = `/${randomBytes(24).toString('base64url')}`;
    const loan = new OpenLoan(content, `http://127.0.0.1:${port}${path}`, () => this.#loans.delete(path));
    this.#loans.set(path, loan);
    return loan;
  }

  async close(): Promise<void> {
    for (const loan of this.#loans.values()) loan.end();
    const server = await this.#server;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #listen(): Promise<Server> {
    const server = createServer((request, response) => {
      const loan = this.#loans.get(request.url ?? '');
      if (loan === undefined) response.writeHead(404).end();
      else void loan.answer(request, response);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: 0 }, () => resolve(server));
    });
  }
}

class OpenLoan implements Loan {
  readonly address: string;
  readonly #content: LentContent;
  readonly #ended = new AbortController();
  readonly #onEnd: () => void;
  #failure: BridgeError | null = null;

  constructor(content: LentContent, address: string, onEnd: () => void) {
    this.#content = content;
    this.address = address;
    this.#onEnd = onEnd;
  }

  get failure(): BridgeError | null {
    return this.#failure;
  }

  end(): void {
    this.#onEnd();
    this.#ended.abort();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { size, contentType } = this.#content;
    const asked = parseRange(request.headers.range, size);
    if (asked.kind === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const range = (asked.kind === 'ranges' ? asked.ranges[0] : undefined) ?? { start: 0, end: size };
    const headers = {
      'content-type': contentType,
      'content-length': range.end - range.start,
      'accept-ranges': 'bytes',
      ...(asked.kind === 'ranges' && { 'content-range': contentRange(range, size) }),
    };
    const gone = this.#untilGone(response);
    const note = (thrown: unknown): void => {
      // A program that seeks leaves its request in the middle, which is no failure.
      if (!gone.aborted && !response.destroyed) this.#failure = failureOf(thrown);
    };
    try {
      const body = await this.#content.open(range, gone);
      // Before the pipeline closes the response, after which nobody can tell who left first.
      body.once('error', note);
      body.once('close', () => {
        if (!body.readableEnded) note(null);
      });
      response.writeHead(asked.kind === 'ranges' ? 206 : 200, headers);
      await pipeline(body, response);
    } catch (thrown) {
      note(thrown);
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    }
  }

  #untilGone(response: ServerResponse): AbortSignal {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return AbortSignal.any([gone.signal, this.#ended.signal]);
  }
}

/** Given up by nobody who reads, a reading that was given up is one that broke off. */
function failureOf(thrown: unknown): BridgeError {
  const failure = asBridgeError(thrown ?? new BridgeError('cancelled', 'the content ended early'));
  if (failure.kind !== 'cancelled') return failure;
  return new BridgeError('upstream-unavailable', 'reading the file broke off', { cause: failure });
}
