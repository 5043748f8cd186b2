import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import type { CallOptions, RemoteFile, UploadSource } from './api.ts';
import type { Caller } from './caller.ts';
import { malformed, refusalOf } from './failures.ts';
import { parseLenientJson } from './lenient-json.ts';
import { assertName } from './names.ts';
import { neverArrived } from './transport.ts';
import type { Transport } from './transport.ts';
import { uploadReport, uploadServerAnswer } from './wire.ts';

/** API document 2.17. */
const LARGEST_FILE_BYTES = 300e9;
/** A node that takes no byte and says nothing for so long is given up. */
const STALL_MS = 5 * 60_000;
const REPORT_ATTEMPTS = 4;
const REPORT_BACKOFF_MS = 2_000;
const LONGEST_ANSWER_BYTES = 64 * 1024;

interface UploaderParts {
  readonly caller: Caller;
  readonly transport: Transport;
  readonly dispatcher: Dispatcher | undefined;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Base address of the API: upload nodes use its scheme and must belong to the same site, for they get the key. */
  readonly baseUrl: URL;
}

interface UploadNode {
  readonly origin: string;
  readonly id: string;
}

/** Sends files: asks for a node, sends one multipart body to it, and reads the node's report (2.16 to 2.18). */
export class Uploader {
  readonly #parts: UploaderParts;

  constructor(parts: UploaderParts) {
    this.#parts = parts;
  }

  async upload(folderId: number, source: UploadSource, options: CallOptions): Promise<RemoteFile> {
    assertName(source.filename);
    if (source.size === 0) throw new BridgeError('file-empty', 'the file is empty');
    if (source.size > LARGEST_FILE_BYTES) {
      throw new BridgeError('file-too-large', `the file has ${source.size} bytes`);
    }
    const node = await this.#node(options);
    await this.#send(node, folderId, source, options.signal);
    return this.#report(node, source, options.signal);
  }

  async #node(options: CallOptions): Promise<UploadNode> {
    const call = {
      endpoint: 'uploadServer',
      subject: 'account',
      body: {},
      answer: uploadServerAnswer,
      repeatable: true,
    } as const;
    const { url, id } = await this.#parts.caller.call(call, options);
    const node = new URL(`${this.#parts.baseUrl.protocol}//${url}`);
    if (!sameSite(this.#parts.baseUrl.hostname, node.hostname)) {
      throw malformed('uploadServer', 'a node outside its own site');
    }
    return { origin: node.origin, id };
  }

  async #send(
    node: UploadNode,
    folderId: number,
    source: UploadSource,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const form = new UploadForm(folderId, source);
    const watchdog = new Watchdog(this.#parts.clock);
    const body = Readable.from(
      form.chunks(() => watchdog.feed()),
      { objectMode: false, highWaterMark: 64 * 1024 },
    );
    try {
      const answer = await request(`${node.origin}/upload.cgi?id=${node.id}`, {
        method: 'POST',
        headers: {
          ...this.#headers(),
          'content-type': `multipart/form-data; boundary=${form.boundary}`,
          'content-length': String(form.length),
        },
        body,
        // The node expects `Connection: close`.
        reset: true,
        headersTimeout: 0,
        signal: AbortSignal.any([watchdog.signal, ...(signal === undefined ? [] : [signal])]),
        ...(this.#parts.dispatcher === undefined ? {} : { dispatcher: this.#parts.dispatcher }),
      });
      this.#check(answer.statusCode, await readText(answer.body), form);
    } catch (thrown) {
      throw signal?.aborted === true
        ? new BridgeError('cancelled', 'the upload was given up', { cause: thrown })
        : (form.fault ?? sendFault(thrown, form));
    } finally {
      watchdog.callOff();
      body.destroy();
    }
  }

  /** A node answers 302 to its report; pages with 200 are as good, the report tells. */
  #check(httpStatus: number, text: string, form: UploadForm): void {
    if (httpStatus >= 500) throw sendFault(new Error(`HTTP ${httpStatus}`), form);
    const refusal = refusalOf({ httpStatus, text }, parseLenientJson(text), 'folder');
    if (refusal === null) return;
    const words = this.#parts.caller.key.redact(refusal.words);
    throw new BridgeError(refusal.kind, `1fichier refused the upload (HTTP ${httpStatus}): ${words}`);
  }

  async #report(
    node: UploadNode,
    source: UploadSource,
    signal: AbortSignal | undefined,
  ): Promise<RemoteFile> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#askReport(node, source, signal);
      } catch (thrown) {
        const error = asBridgeError(thrown);
        if (error.kind === 'cancelled' || attempt === REPORT_ATTEMPTS) {
          throw new BridgeError('upload-unconfirmed', `no report of the upload: ${error.message}`, {
            cause: error,
          });
        }
      }
      await sleep(this.#parts.clock, REPORT_BACKOFF_MS * attempt, signal).catch(() => undefined);
    }
  }

  async #askReport(
    node: UploadNode,
    source: UploadSource,
    signal: AbortSignal | undefined,
  ): Promise<RemoteFile> {
    const answer = await this.#parts.transport.exchange({
      method: 'GET',
      url: `${node.origin}/end.pl?xid=${node.id}`,
      headers: { ...this.#headers(), JSON: '1' },
      signal,
    });
    const parsed = uploadReport.safeParse(parseLenientJson(answer.text));
    if (answer.httpStatus !== 200 || !parsed.success) {
      throw malformed('the question for the upload report', `no report (HTTP ${answer.httpStatus})`);
    }
    const sameSize = parsed.data.filter((link) => link.size === source.size);
    const [link] =
      sameSize.length > 1 ? sameSize.filter((other) => other.filename === source.filename) : sameSize;
    if (link === undefined) throw malformed('the question for the upload report', 'no file of this size');
    return {
      url: link.download,
      filename: link.filename,
      size: link.size,
      uploadedAt: this.#parts.clock.now(),
      checksum: link.whirlpool,
      contentType: null,
    };
  }

  #headers(): Record<string, string> {
    return { authorization: this.#parts.caller.key.authorization(), 'user-agent': this.#parts.userAgent };
  }
}

/** The multipart body as strict nodes want it: bare boundary, quoted names, no type on the text part. */
class UploadForm {
  readonly boundary = `fichier-bridge-${randomUUID()}`;
  /** Bytes of the whole body. */
  readonly length: number;
  /** What was wrong with the source, should it fail. */
  fault: BridgeError | null = null;
  #complete = false;
  readonly #head: Buffer;
  readonly #tail: Buffer;
  readonly #source: UploadSource;

  constructor(folderId: number, source: UploadSource) {
    this.#source = source;
    this.#head = Buffer.from(
      `--${this.boundary}\r\nContent-Disposition: form-data; name="did"\r\n\r\n${folderId}\r\n` +
        `--${this.boundary}\r\nContent-Disposition: form-data; name="file[]"; filename="${source.filename}"\r\n` +
        `Content-Type: application/octet-stream\r\n\r\n`,
    );
    this.#tail = Buffer.from(`\r\n--${this.boundary}--\r\n`);
    this.length = this.#head.byteLength + source.size + this.#tail.byteLength;
  }

  /** Whether every byte has been handed on: from then on the node may have kept the file. */
  get complete(): boolean {
    return this.#complete;
  }

  async *chunks(onChunk: () => void): AsyncGenerator<Uint8Array> {
    yield this.#head;
    try {
      yield* this.#content(onChunk);
    } catch (thrown) {
      this.fault = asBridgeError(thrown);
      throw thrown;
    }
    this.#complete = true;
    yield this.#tail;
  }

  async *#content(onChunk: () => void): AsyncGenerator<Uint8Array> {
    const { chunks, size, onProgress } = this.#source;
    let sent = 0;
    for await (const chunk of chunks) {
      if (sent + chunk.byteLength > size) throw wrongLength(size);
      yield chunk;
      sent += chunk.byteLength;
      onChunk();
      onProgress?.(sent);
    }
    if (sent !== size) throw wrongLength(size);
  }
}

/** Aborts `signal` when it has not been fed for STALL_MS. */
class Watchdog {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #callOff: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.feed();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  feed(): void {
    this.#callOff();
    this.#callOff = this.#clock.after(STALL_MS, () => this.#controller.abort());
  }

  callOff(): void {
    this.#callOff();
  }
}

function sendFault(thrown: unknown, form: UploadForm): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  if (form.complete && !neverArrived(thrown)) {
    return new BridgeError('upload-unconfirmed', 'the connection broke at the end of the upload', {
      cause: thrown,
    });
  }
  return new BridgeError('upstream-unavailable', 'the upload broke off', { cause: thrown });
}

function wrongLength(size: number): BridgeError {
  return new BridgeError('bad-request', `the upload does not have the ${size} bytes that were announced`);
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (length < LONGEST_ANSWER_BYTES) chunks.push(chunk);
    length += chunk.byteLength;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `up2.1fichier.com` beside `api.1fichier.com`; hosts given as addresses must be equal. */
function sameSite(apiHost: string, nodeHost: string): boolean {
  if (apiHost === nodeHost) return true;
  const site = apiHost.split('.').slice(-2).join('.');
  const named = !/^[\d.]+$|^\[/.test(apiHost) && apiHost.split('.').length >= 3;
  return named && nodeHost.endsWith(`.${site}`);
}
