import { createWriteStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Random } from '../clock.ts';
import type { EmulatedAccount } from './account.ts';
import { fileUrl, ROOT_ID } from './emulated-entry.ts';
import { fileContent } from './content.ts';
import type { Tally } from './counts.ts';
import { answerText } from './json-answer.ts';
import type { Refusal } from './ko.ts';
import { isRefusal, koMessage, koStatus, refuse } from './ko.ts';
import { acceptedName, fileNameTaken } from './naming.ts';
import { page } from './pages.ts';
import type { Quirks } from './quirks.ts';
import type { UploadedFile, UploadStore } from './upload-store.ts';

interface UploadHostParts {
  readonly account: EmulatedAccount;
  readonly uploads: UploadStore;
  readonly quirks: Quirks;
  readonly tally: Tally;
  readonly random: Random;
  readonly apiKey: string;
}

/** A part of the form, its bytes kept at `path`. */
interface ReceivedFile {
  readonly name: string;
  readonly path: string;
}

interface ReceivedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly ReceivedFile[];
}

/** The node that takes uploads: `upload.cgi` and its report `end.pl` (API document 2.17 and 2.18). */
export class UploadHost {
  readonly #parts: UploadHostParts;

  constructor(parts: UploadHostParts) {
    this.#parts = parts;
  }

  static serves(pathname: string): boolean {
    return pathname === '/upload.cgi' || pathname === '/end.pl';
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    this.#parts.tally.uploadRequest(url.pathname.slice(1));
    if (url.pathname === '/end.pl') {
      this.#report(request, response, url.searchParams.get('xid') ?? '');
      return;
    }
    const id = url.searchParams.get('id') ?? '';
    if (this.#parts.quirks.uploadFault === 'cut') {
      cutHalfway(request);
      return;
    }
    const outcome = await this.#receive(request, id);
    if (isRefusal(outcome)) {
      // What a refusal left unread is taken first, as nginx does: else the client may see a reset instead of the answer.
      await drained(request);
      this.#refuse(response, outcome);
      return;
    }
    this.#parts.uploads.report(id, outcome);
    this.#confirm(response, id, outcome);
  }

  async #receive(request: IncomingMessage, id: string): Promise<readonly UploadedFile[] | Refusal> {
    const { quirks, uploads } = this.#parts;
    if (quirks.overQuota) return refuse('no-space');
    if (quirks.uploadNeedsLength && request.headers['content-length'] === undefined) {
      return refuse('length-required');
    }
    const type = request.headers['content-type'] ?? '';
    // Nodes have been seen to take a quoted boundary literally.
    if (!type.startsWith('multipart/form-data') || type.includes('boundary="'))
      return refuse('upload-invalid');
    if (request.method !== 'POST' || !uploads.claim(id)) return refuse('upload-invalid');
    const form = await this.#readForm(request, type);
    return this.#keep(form, this.#isIdentified(request));
  }

  async #readForm(request: IncomingMessage, type: string): Promise<ReceivedForm> {
    const fields = new Map<string, string>();
    const saving: Promise<ReceivedFile>[] = [];
    const form = new Busboy({ headers: { ...request.headers, 'content-type': type }, preservePath: true });
    const cut = new AbortController();
    form.on('field', (name, value) => fields.set(name, value));
    form.on('file', (_name, stream, filename) => {
      const saved = this.#save(stream, filename, cut.signal);
      // Awaited below; until then a cut upload must not count as an unhandled rejection.
      saved.catch(() => undefined);
      saving.push(saved);
    });
    try {
      await pipeline(request, form);
      return { fields, files: await Promise.all(saving) };
    } catch (error) {
      cut.abort();
      throw error;
    }
  }

  async #save(stream: Readable, name: string, signal: AbortSignal): Promise<ReceivedFile> {
    const path = await this.#parts.uploads.roomForFile();
    await pipeline(stream, createWriteStream(path), { signal });
    return { name, path };
  }

  async #keep(
    { fields, files }: ReceivedForm,
    identified: boolean,
  ): Promise<readonly UploadedFile[] | Refusal> {
    const { quirks, account } = this.#parts;
    const folderId = identified ? Number(fields.get('did') ?? ROOT_ID) : ROOT_ID;
    const known = account.folder(folderId) !== undefined;
    if (!known && quirks.unknownUploadFolder === 'refused') return refuse('folder-not-found');
    if (files.length === 0) return refuse('upload-invalid');

    const uploaded: UploadedFile[] = [];
    for (const { name, path } of files) {
      const content = fileContent(path);
      const filename = acceptedName(name, quirks);
      if (typeof filename !== 'string') return filename;
      if (content.size === 0 && quirks.refuseEmptyFiles) return refuse('file-empty');
      const into = known ? folderId : ROOT_ID;
      if (fileNameTaken(account, into, filename, quirks)) return refuse('file-exists');
      const url = identified ? account.addFile(into, filename, content) : this.#anonymousUrl();
      uploaded.push({ url, filename, size: content.size, checksum: await content.checksum() });
    }
    return uploaded;
  }

  /** Address of a file that belongs to no account. */
  #anonymousUrl(): string {
    return fileUrl(`anonymous${String(Math.floor(this.#parts.random() * 1e11)).padStart(11, '0')}`);
  }

  #confirm(response: ServerResponse, id: string, files: readonly UploadedFile[]): void {
    if (this.#parts.quirks.uploadAnswer === 'html-200') {
      sendText(response, 200, 'text/html; charset=utf-8', reportPage(files));
    } else {
      response.writeHead(302, { Server: 'nginx', Location: `/end.pl?xid=${id}` }).end();
    }
  }

  #report(request: IncomingMessage, response: ServerResponse, id: string): void {
    const { uploads, quirks, random } = this.#parts;
    const files = uploads.reportOf(id);
    if (files === null) {
      sendText(response, 404, 'text/html; charset=utf-8', page('Not found', 'No such upload'));
    } else if (request.headers.export === '1') {
      sendText(response, 200, 'text/plain; charset=utf-8', files.map(csvLine).join(''));
    } else if (this.#wantsPage(request)) {
      sendText(response, 200, 'text/html; charset=utf-8', reportPage(files));
    } else {
      const links = quirks.uploadFault === 'no-links' ? [] : files.map((file) => reportLink(file, quirks));
      const status = quirks.omitStatusWhereSeen ? {} : { status: 'OK' };
      const text = answerText({ ...status, incoming: 0, links }, quirks.shuffleKeys, false, random);
      sendText(response, 200, 'application/json; charset=utf-8', text);
    }
  }

  #wantsPage(request: IncomingMessage): boolean {
    const { reportNeedsJsonHeader, uploadFault } = this.#parts.quirks;
    return uploadFault === 'html-report' || (reportNeedsJsonHeader && request.headers.json !== '1');
  }

  #refuse(response: ServerResponse, refusal: Refusal): void {
    const { quirks, random } = this.#parts;
    const message = koMessage(refusal.ko, quirks.errorNumbers === 'any', random);
    const body = JSON.stringify({ status: 'KO', message });
    sendText(response, koStatus(refusal), 'application/json; charset=utf-8', body);
  }

  #isIdentified(request: IncomingMessage): boolean {
    return request.headers.authorization === `Bearer ${this.#parts.apiKey}`;
  }
}

function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) {
      resolve();
      return;
    }
    request.once('close', resolve).once('end', resolve).resume();
  });
}

/** Resets the connection once half of the announced body is here. */
function cutHalfway(request: IncomingMessage): void {
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received >= half) request.socket.resetAndDestroy();
  });
}

function reportLink(file: UploadedFile, { reportSizeType }: Quirks): object {
  return {
    download: file.url,
    filename: file.filename,
    remove: '',
    size: reportSizeType === 'string' ? String(file.size) : file.size,
    whirlpool: file.checksum,
  };
}

function reportPage(files: readonly UploadedFile[]): string {
  const rows = files.map((file) => `<tr><td>${file.filename}</td><td><a>${file.url}</a></td></tr>`);
  return page('Upload finished', `<table>${rows.join('')}</table>`);
}

/** `filename;size;download id;remove id;domain id` */
function csvLine(file: UploadedFile): string {
  return `${file.filename};${file.size};${file.url.split('?')[1] ?? ''};;0\n`;
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    Server: 'nginx',
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
