import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { gzipSync } from 'node:zlib';
import { lookup } from 'mime-types';
import type { Clock, Random } from '../clock.ts';
import type { EmulatedAccount } from './account.ts';
import type { EmulatedFile } from './emulated-entry.ts';
import { fileUrl } from './emulated-entry.ts';
import type { Tally } from './counts.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { IssuedLink, LinkStore } from './link-store.ts';
import { DEAD_LINK_PAGE, LOCKED_PAGE, page, SIGN_IN_PAGE, TOO_MANY_CONNECTIONS_PAGE } from './pages.ts';
import type { Quirks } from './quirks.ts';
import type { Piece } from './storage-answer.ts';
import { describePiece, disposition, readRange } from './storage-answer.ts';
import type { StorageFault, StorageFaults } from './storage-faults.ts';
import { bytesBefore } from './storage-faults.ts';
import type { Incident } from './transfer.ts';
import { Transfer } from './transfer.ts';

interface StorageHostParts {
  readonly account: EmulatedAccount;
  readonly links: LinkStore;
  readonly guard: FloodGuard;
  readonly faults: StorageFaults;
  readonly quirks: Quirks;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly random: Random;
}

/** A request for a live link. */
interface FileRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: EmulatedFile;
  readonly inline: boolean;
  readonly path: string;
}

const LOOP_PREFIX = '/loop';
/** Marks the address a file was redirected to. */
const MOVED_MARK = 'moved';
/** A compressed answer is made in memory; what matters is that it is compressed, not that it is long. */
const MOST_COMPRESSED_BYTES = 4 * 1024 * 1024;
const DEAD_LINK_STATUS = { gone: 410, 'not-found': 404, forbidden: 403, 'html-200': 200 } as const;

/** The host of direct links: `/p<digits>` serves a file's bytes for as long as the link lives. */
export class StorageHost {
  readonly #parts: StorageHostParts;
  readonly #transfersByFile = new Map<string, number>();

  constructor(parts: StorageHostParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { tally } = this.#parts;
    tally.storageRequest();
    tally.transferBegan();
    response.once('finish', () => tally.storageStatus(response.statusCode));
    response.once('close', () => tally.transferEnded(!response.writableFinished));
    await this.#route(request, response, url);
  }

  async #route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (url.pathname === '/login.pl') {
      sendPage(response, 200, SIGN_IN_PAGE);
    } else if (url.pathname.startsWith(LOOP_PREFIX)) {
      sendRedirect(response, url.pathname);
    } else if (request.method === 'GET' || (request.method === 'HEAD' && this.#parts.quirks.headAllowed)) {
      await this.#serveLink(request, response, url);
    } else {
      sendPage(response, 405, page('Method not allowed', ''));
    }
  }

  async #serveLink(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { links, account, quirks, tally, faults, guard } = this.#parts;
    const link = links.live(url.pathname);
    const file = link === undefined ? undefined : account.file(link.fileId);
    if (link === undefined || file === undefined) {
      this.#refuseDeadLink(response);
      return;
    }
    tally.fileRequest(fileUrl(file.id));
    if (guard.locked && !quirks.linksSurviveLock) {
      sendPage(response, 403, LOCKED_PAGE);
    } else if (quirks.linkAuthorization === 'refused' && request.headers.authorization !== undefined) {
      sendPage(response, 401, page('Unauthorized', ''));
    } else if (this.#overCap(file)) {
      sendPage(response, 403, TOO_MANY_CONNECTIONS_PAGE);
    } else {
      this.#countTransfer(file, response);
      if (request.method === 'GET' || quirks.headUsesLink) links.use(link);
      const inline = quirks.inlineHonoured && (link.inline || file.inline || url.searchParams.has('inline'));
      const fault = faults.take({ file: fileUrl(file.id), method: request.method ?? 'GET' });
      const moved = url.searchParams.has(MOVED_MARK);
      await this.#serve({ request, response, file, inline, path: url.pathname }, fault, moved, link);
    }
  }

  async #serve(
    asked: FileRequest,
    fault: StorageFault | undefined,
    moved: boolean,
    link: IssuedLink,
  ): Promise<void> {
    const { response, path } = asked;
    switch (fault?.kind) {
      case 'status':
        sendPage(response, fault.status, page(STATUS_CODES[fault.status] ?? 'Error', ''));
        return;
      case 'html':
        sendPage(response, 200, page('Notice', 'Your download will begin shortly.'));
        return;
      case 'expire':
        // Nobody could know: unlike whoever asks again, this refusal counts against nobody.
        link.revoked = true;
        this.#sendDeadLink(response);
        return;
      case 'redirect':
        if (fault.to === 'elsewhere' && moved) break;
        sendRedirect(response, redirectTarget(fault.to, path));
        return;
      case 'reset':
        if (fault.afterBytes !== 0) break;
        asked.request.socket.resetAndDestroy();
        return;
      default:
    }
    await this.#sendFile(asked, fault);
  }

  async #sendFile(asked: FileRequest, fault: StorageFault | undefined): Promise<void> {
    const { request, response, file } = asked;
    const range = readRange(request.headers.range, file.content.size);
    if (range === 'unsatisfiable') {
      response.setHeader('Content-Range', `bytes */${file.content.size}`);
      sendPage(response, 416, page('Requested Range Not Satisfiable', ''));
      return;
    }
    const piece = describePiece(file, range, fault);
    const headers = { ...this.#fileHeaders(asked), ...piece.headers };
    if (fault?.kind === 'gzip') {
      await this.#sendCompressed(asked, piece, headers);
      return;
    }
    const silent = fault?.kind === 'stall' && fault.afterBytes === 0 && !fault.headers;
    if (silent && !(await this.#keepSilent(response, fault.forMs))) return;
    response.writeHead(piece.status, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await this.#transfer(asked, piece, silent ? undefined : fault);
  }

  async #transfer(asked: FileRequest, piece: Piece, fault: StorageFault | undefined): Promise<void> {
    const { tally, clock, random, quirks } = this.#parts;
    const { response, file } = asked;
    const at = fault !== undefined && 'afterBytes' in fault ? fault.afterBytes : 0;
    const chunks = file.content.read(piece.start, piece.end);
    const transfer = new Transfer(response, clock, {
      chunks: fault?.kind === 'long' ? withExtra(chunks, fault.extraBytes) : chunks,
      bytesBefore: bytesBefore(at, piece.end - piece.start, random),
      incident: incidentOf(fault),
      bytesPerSecond: quirks.connectionBytesPerSecond,
      onSent: (bytes) => tally.sent(fileUrl(file.id), bytes),
    });
    await transfer.run();
  }

  async #sendCompressed(asked: FileRequest, piece: Piece, headers: Record<string, string>): Promise<void> {
    const chunks: Buffer[] = [];
    const end = Math.min(piece.end, piece.start + MOST_COMPRESSED_BYTES);
    for await (const chunk of asked.file.content.read(piece.start, end)) chunks.push(chunk);
    const body = gzipSync(Buffer.concat(chunks), { level: 1 });
    asked.response.writeHead(piece.status, {
      ...headers,
      'Content-Encoding': 'gzip',
      'Content-Length': String(body.length),
    });
    this.#parts.tally.sent(fileUrl(asked.file.id), body.length);
    asked.response.end(body);
  }

  /** Whether the silence ends before the client leaves. */
  async #keepSilent(response: ServerResponse, forMs: number | null): Promise<boolean> {
    return new Promise((resolve) => {
      const callOff = forMs === null ? undefined : this.#parts.clock.after(forMs, () => resolve(true));
      response.once('close', () => {
        callOff?.();
        resolve(false);
      });
    });
  }

  #fileHeaders({ file, inline }: FileRequest): Record<string, string> {
    const { etag } = this.#parts.quirks;
    return {
      Server: 'nginx',
      'Accept-Ranges': 'bytes',
      'Content-Type': (inline && lookup(file.name)) || 'application/octet-stream',
      'Content-Disposition': disposition(inline, file.name),
      ...(etag ? { ETag: `"${file.id}"` } : {}),
    };
  }

  #refuseDeadLink(response: ServerResponse): void {
    this.#parts.guard.answered(this.#sendDeadLink(response));
  }

  /** Gives the status it sends. */
  #sendDeadLink(response: ServerResponse): number {
    const status = DEAD_LINK_STATUS[this.#parts.quirks.deadLink];
    sendPage(response, status, DEAD_LINK_PAGE);
    return status;
  }

  #overCap(file: EmulatedFile): boolean {
    const { accountConnections, fileConnections } = this.#parts.quirks;
    const ofFile = this.#transfersByFile.get(file.id) ?? 0;
    const ofAccount = [...this.#transfersByFile.values()].reduce((sum, transfers) => sum + transfers, 0);
    return (
      (accountConnections !== null && ofAccount >= accountConnections) ||
      (fileConnections !== null && ofFile >= fileConnections)
    );
  }

  #countTransfer(file: EmulatedFile, response: ServerResponse): void {
    this.#transfersByFile.set(file.id, (this.#transfersByFile.get(file.id) ?? 0) + 1);
    response.once('close', () => {
      const left = (this.#transfersByFile.get(file.id) ?? 1) - 1;
      if (left === 0) this.#transfersByFile.delete(file.id);
      else this.#transfersByFile.set(file.id, left);
    });
  }
}

function incidentOf(fault: StorageFault | undefined): Incident | null {
  switch (fault?.kind) {
    case 'reset':
      return { kind: 'reset' };
    case 'short':
      return { kind: 'close' };
    case 'stall':
      return { kind: 'stall', forMs: fault.forMs };
    case 'drip':
      return { kind: 'slow', bytesPerSecond: fault.bytesPerSecond };
    default:
      return null;
  }
}

async function* withExtra(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  extraBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  yield* chunks;
  yield Buffer.alloc(extraBytes);
}

function redirectTarget(to: string, path: string): string {
  if (to === 'elsewhere') return `${path}?${MOVED_MARK}=1`;
  if (to === 'loop') return `${LOOP_PREFIX}${path}`;
  return to === 'sign-in' ? '/login.pl' : to;
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { Server: 'nginx', 'Content-Type': 'text/html; charset=utf-8' });
  response.end(html);
}

function sendRedirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Server: 'nginx', Location: location });
  response.end();
}
