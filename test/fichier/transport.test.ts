import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { fichierDispatcher } from '../../src/fichier/dispatcher.ts';
import { fetchThrough, neverArrived, Transport } from '../../src/fichier/transport.ts';

let server: Server | null = null;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

function transport(maxAnswerBytes = 1_000_000, family: 4 | 6 | 'auto' = 'auto'): Transport {
  const dispatcher = fichierDispatcher({ addressFamily: family, connectTimeoutMs: 5_000 });
  const fetch = fetchThrough(dispatcher);
  return new Transport({ fetch, clock: systemClock, userAgent: 'test', timeoutMs: 15_000, maxAnswerBytes });
}

describe('Transport over a real connection', () => {
  it('stops reading an endless answer, and hangs up', async () => {
    let hungUp: Promise<unknown> = Promise.resolve();
    const url = await serve((_, response) => {
      hungUp = once(response, 'close');
      const more = (): void => {
        while (response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const exchange = transport(100_000).exchange({ method: 'POST', url, headers: {}, body: '{}' });
    await expect(exchange).rejects.toMatchObject({ kind: 'malformed-answer' });
    await hungUp;
  });

  it.each([
    ['ends', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ])('fails the call, not the process, when the connection %s in a compressed body', async (_, breakOff) => {
    // Decompressing is slower than reading, so the body is paused when its end comes.
    const part = gzipSync(randomBytes(500_000));
    const url = await serve((_request, response) => {
      response.writeHead(200, {
        'content-length': 8_000_000,
        'content-encoding': 'gzip',
        connection: 'close',
      });
      response.write(part, () => breakOff(response.socket ?? new Socket()));
    });
    const exchange = transport().exchange({ method: 'POST', url, headers: {}, body: '{}' });
    await expect(exchange).rejects.toMatchObject({ kind: 'upstream-unavailable' });
  });

  it('never follows a redirect, for the request carries the key', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const headers = { authorization: 'Bearer secret' };
    const answer = await transport().exchange({ method: 'POST', url: `${url}/v1`, headers, body: '{}' });
    expect(answer.httpStatus).toBe(302);
    expect(paths).toEqual(['/v1']);
  });

  it('decodes characters that are cut by the packets they come in', async () => {
    const url = await serve((_, response) => {
      const bytes = Buffer.from('"é€😀"');
      response.write(bytes.subarray(0, 2));
      setImmediate(() => response.end(bytes.subarray(2)));
    });
    expect((await transport().exchange({ method: 'GET', url, headers: {} })).text).toBe('"é€😀"');
  });

  it('uses the one address family it was given', async () => {
    const url = await serve((_, response) => void response.end('{}'));
    const named = url.replace('127.0.0.1', 'localhost');
    const answer = await transport(1_000, 4).exchange({ method: 'GET', url: named, headers: {} });
    expect(answer.httpStatus).toBe(200);
    const overIpv6 = transport(1_000, 6).exchange({ method: 'GET', url: named, headers: {} });
    await expect(overIpv6).rejects.toMatchObject({ kind: 'upstream-unavailable' });
  });

  it('knows a call that cannot have arrived from one that was cut', async () => {
    const url = await serve((request) => void request.socket.destroy());
    const cut: unknown = await transport()
      .exchange({ method: 'GET', url, headers: {} })
      .catch((error: unknown) => error);
    expect(neverArrived(cut)).toBe(false);
    await new Promise((resolve) => server?.close(resolve));
    const refused: unknown = await transport()
      .exchange({ method: 'GET', url, headers: {} })
      .catch((error: unknown) => error);
    expect(neverArrived(refused)).toBe(true);
  });
});
