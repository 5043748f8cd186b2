import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { UploadSource } from '../../src/fichier/api.ts';
import { createFichierClient } from '../../src/fichier/create-client.ts';
import type { FichierClient } from '../../src/fichier/client.ts';
import { asBridgeError } from '../../src/errors.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/clock.ts';
import { viewer } from './api-server.ts';

const PAGE = 'https://1fichier.com/?2zk5abcd0efg1hij2klm';
const CHECKSUM = 'cd'.repeat(64);
/** Waits that the client makes between questions for a report pass at once. */
const impatient: Clock = {
  ...systemClock,
  after: (ms, action) => systemClock.after(ms <= 10_000 ? 0 : ms, action),
};

interface Node {
  client: FichierClient;
  readonly requests: {
    readonly line: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
}

interface NodeScript {
  /** Host in the answer of get_upload_server; the node itself when left out. */
  readonly host?: string;
  readonly receive?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Bodies of end.pl in order; the last again and again. */
  readonly reports?: readonly (object | string)[];
}

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

function report(...links: object[]): object {
  return { incoming: 0, links };
}

const STORED = { download: PAGE, filename: 'test.txt', remove: '', size: '11', whirlpool: CHECKSUM };

async function uploadNode({ host, receive, reports = [report(STORED)] }: NodeScript = {}): Promise<Node> {
  const requests: Node['requests'] = [];
  let asked = 0;
  server = createServer((request, response) => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    if (receive !== undefined && line.startsWith('POST /upload.cgi')) {
      requests.push({ line, headers: request.headers, body: '' });
      receive(request, response);
      return;
    }
    void readAll(request).then((body) => {
      requests.push({ line, headers: request.headers, body });
      if (line.startsWith('POST /v1/')) {
        response.end(JSON.stringify({ url: host ?? request.headers.host, id: 'Fhl1aZERQv' }));
      } else if (line.startsWith('POST /upload.cgi')) {
        response.writeHead(302, { location: '/end.pl?xid=Fhl1aZERQv' }).end();
      } else {
        const answer = reports[Math.min(asked++, reports.length - 1)] ?? '';
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const client = createFichierClient({ apiKey: 'theKey', baseUrl, clock: impatient, pacer: { burst: 100 } });
  return { client, requests };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function source(...parts: readonly string[]): UploadSource {
  const buffers = parts.map((part) => Buffer.from(part));
  return {
    filename: 'test.txt',
    size: buffers.reduce((sum, part) => sum + part.byteLength, 0),
    chunks: inOrder(buffers),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* inOrder(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function kindOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'success',
    (thrown: unknown) => asBridgeError(thrown).kind,
  );
}

describe('upload', () => {
  it('sends one form as strict nodes want it, and reads the report', async () => {
    const { client, requests } = await uploadNode();
    const progress: number[] = [];
    const file = await client.upload(
      7,
      { ...source('hello ', 'world'), onProgress: (sent) => progress.push(sent) },
      viewer,
    );
    expect(file).toMatchObject({ url: PAGE, filename: 'test.txt', size: 11, checksum: CHECKSUM });
    expect(progress).toEqual([6, 11]);

    const [, form, end] = requests;
    expect(form?.line).toBe('POST /upload.cgi?id=Fhl1aZERQv');
    const boundary =
      /^multipart\/form-data; boundary=([^";]+)$/.exec(form?.headers['content-type'] ?? '')?.[1] ?? '';
    expect(form?.body).toBe(
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="did"',
        '',
        '7',
        `--${boundary}`,
        'Content-Disposition: form-data; name="file[]"; filename="test.txt"',
        'Content-Type: application/octet-stream',
        '',
        'hello world',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
    expect(form?.headers).toMatchObject({
      'content-length': String(Buffer.byteLength(form?.body ?? '')),
      connection: 'close',
      authorization: 'Bearer theKey',
    });
    expect(form?.headers['transfer-encoding']).toBeUndefined();
    expect(end).toMatchObject({ line: 'GET /end.pl?xid=Fhl1aZERQv', headers: { json: '1' } });
  });

  it('refuses an empty and a too large file, and a bad name, without a call', async () => {
    const { client, requests } = await uploadNode();
    expect(await kindOf(client.upload(0, source(), viewer))).toBe('file-empty');
    expect(await kindOf(client.upload(0, { ...source('x'), size: 300e9 + 1 }, viewer))).toBe(
      'file-too-large',
    );
    expect(await kindOf(client.upload(0, { ...source('x'), filename: 'a"b' }, viewer))).toBe('name-refused');
    expect(requests).toEqual([]);
  });

  it('gives the key to no node outside the site of the API', async () => {
    const { client, requests } = await uploadNode({ host: 'evil.example' });
    expect(await kindOf(client.upload(0, source('x'), viewer))).toBe('malformed-answer');
    expect(requests).toHaveLength(1);
  });

  it.each([['https://up2.1fichier.com/'], ['up2.1fichier.com/path'], ['user@up2.1fichier.com'], ['']])(
    'takes %j for no node',
    async (host) => {
      const { client } = await uploadNode({ host });
      expect(await kindOf(client.upload(0, source('x'), viewer))).toBe('malformed-answer');
    },
  );

  it('waits for a report that comes late', async () => {
    const { client } = await uploadNode({ reports: [report(), '<html>busy</html>', report(STORED)] });
    expect(await client.upload(0, source('hello world'), viewer)).toMatchObject({ url: PAGE });
  });

  it.each<[string, NodeScript['reports']]>([
    ['lists nothing', [report()]],
    ['is a web page', ['<html><table></table></html>']],
    ['names a file of another size', [report({ ...STORED, size: '10' })]],
    [
      'names several files of this size, none of this name',
      [report({ ...STORED, filename: 'a' }, { ...STORED, filename: 'b' })],
    ],
  ])('is unconfirmed when the report %s, and sent only once', async (_, reports = []) => {
    const { client, requests } = await uploadNode({ reports });
    expect(await kindOf(client.upload(0, source('hello world'), viewer))).toBe('upload-unconfirmed');
    expect(requests.filter(({ line }) => line.startsWith('POST /upload.cgi'))).toHaveLength(1);
  });

  it('finds its file among several in the report', async () => {
    const { client } = await uploadNode({ reports: [report({ ...STORED, size: '5' }, STORED)] });
    expect(await client.upload(0, source('hello world'), viewer)).toMatchObject({ url: PAGE });
  });

  it('is unavailable when the node hangs up in the middle, unconfirmed when at the end', async () => {
    const middle = await uploadNode({
      receive: (request) => request.once('data', () => request.socket.destroy()),
    });
    const endless = { filename: 'test.txt', size: 1e9, chunks: blocks(1e9) };
    expect(await kindOf(middle.client.upload(0, endless, viewer))).toBe('upstream-unavailable');
    server?.close();
    const end = await uploadNode({
      receive: (request) => void readAll(request).then(() => request.socket.destroy()),
    });
    expect(await kindOf(end.client.upload(0, source('hello world'), viewer))).toBe('upload-unconfirmed');
  });

  it('tells why a node refuses', async () => {
    const { client } = await uploadNode({
      receive: (request, response) => {
        request.resume();
        response
          .writeHead(403)
          .end(JSON.stringify({ status: 'KO', message: 'Not enough storage space #910' }));
      },
    });
    expect(await kindOf(client.upload(0, source('hello world'), viewer))).toBe('quota-exceeded');
  });

  it.each([
    ['more', 5],
    ['less', 50],
  ])('fails when its source has %s bytes than announced', async (_, size) => {
    const { client } = await uploadNode();
    expect(await kindOf(client.upload(0, { ...source('hello world'), size }, viewer))).toBe('bad-request');
  });

  it('takes from its source no faster than the node takes from it', async () => {
    let taken = 0;
    let paused: () => void = () => undefined;
    const isPaused = new Promise<void>((resolve) => (paused = resolve));
    const { client } = await uploadNode({ receive: () => paused() });
    const giveUp = new AbortController();
    const size = 1e9;
    const slow = {
      filename: 'test.txt',
      size,
      chunks: blocks(size),
      onProgress: (sent: number) => (taken = sent),
    };
    const failed = kindOf(client.upload(0, slow, { ...viewer, signal: giveUp.signal }));
    await isPaused;
    let before = -1;
    while (before !== taken) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(taken).toBeLessThan(64e6);
    giveUp.abort();
    expect(await failed).toBe('cancelled');
  });

  it('ends its source when it is given up', async () => {
    let ended = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        yield* blocks(1e9);
      } finally {
        ended = true;
      }
    }
    const giveUp = new AbortController();
    const { client } = await uploadNode({ receive: () => giveUp.abort() });
    const upload = { filename: 'test.txt', size: 1e9, chunks: watched() };
    expect(await kindOf(client.upload(0, upload, { ...viewer, signal: giveUp.signal }))).toBe('cancelled');
    await expect.poll(() => ended).toBe(true);
  });
});

// eslint-disable-next-line @typescript-eslint/require-await
async function* blocks(size: number): AsyncGenerator<Uint8Array> {
  const block = Buffer.alloc(1e6);
  for (let sent = 0; sent < size; sent += block.byteLength) yield block;
}
