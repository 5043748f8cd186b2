import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { ApiRoutes } from '../../src/http/api/api.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeBytes } from '../support/fake-content.ts';
import { listen, testServer, type TestServer, type TestServerOptions } from '../support/http-server.ts';

const LARGE = 256 * 1024 * 1024;
/** More than what the sockets and their queues on both sides hold, far less than the file. */
const BUFFERED_AT_MOST = 32 * 1024 * 1024;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close();
});

interface Live extends TestServer {
  readonly address: string;
  readonly path: string;
}

async function live(options: TestServerOptions = {}, size = LARGE): Promise<Live> {
  const parts = testServer(options);
  const file = parts.library.addFile('/Film.mkv', { size });
  const address = await listen(parts.server);
  open.push({ close: () => parts.server.close() });
  return { ...parts, address, path: `/stream/${file.id}/Film.mkv` };
}

/** A client that reads only when told to. */
function rawClient(address: string, text: string): Socket {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(text);
  open.push({ close: () => socket.destroy() });
  return socket;
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.resume();
  });
}

/** Waits until the reader gives nothing more for many turns of the event loop. */
async function untilStill(reader: { bytesRead: number }): Promise<number> {
  let last = -1;
  for (let still = 0; still < 200;) {
    await turn();
    still = reader.bytesRead === last && last > 0 ? still + 1 : 0;
    last = reader.bytesRead;
  }
  return last;
}

describe('a client that goes away', () => {
  it('has its body closed upstream at once', async () => {
    const { address, path, reader, files } = await live();
    const client = rawClient(address, get(path));
    await untilStill(reader);
    client.destroy();
    await vi.waitFor(() => expect(reader.bodies[0]?.destroyed).toBe(true));
    expect(reader.requests[0]?.signal?.aborted).toBe(true);
    await vi.waitFor(() => expect(files.active).toBe(0));
    expect(reader.bytesRead).toBeLessThan(BUFFERED_AT_MOST);
  });

  it('gives up the wait for its first byte', async () => {
    const { address, path, reader } = await live();
    const aborted = new Promise<void>((resolve) => {
      reader.beforeOpen = ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            resolve();
            reject(new BridgeError('cancelled', 'given up'));
          });
        });
    });
    const client = rawClient(address, get(path));
    await vi.waitFor(() => expect(reader.requests.length).toBe(1));
    client.destroy();
    await aborted;
  });
});

describe('a client that reads slowly', () => {
  it('holds the reader back, and gets every byte in the end', async () => {
    const size = 64 * 1024 * 1024;
    const { address, path, reader } = await live({}, size);
    const response = await fetch(address + path);
    const read = await untilStill(reader);
    expect(read).toBeLessThan(BUFFERED_AT_MOST);
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.equals(fakeBytes({ start: 0, end: size }))).toBe(true);
  });

  it('is cut off when it takes nothing for the whole client timeout', async () => {
    const clock = new FakeClock();
    const { address, path, reader, files, logged } = await live({ clock, clientTimeout: 60_000 });
    const client = rawClient(address, get(path));
    await untilStill(reader);
    await clock.advance(59_000);
    expect(files.active).toBe(1);
    await clock.advance(1001);
    await closed(client);
    expect(reader.bodies[0]?.destroyed).toBe(true);
    expect(logged.join('')).toContain('the client took no bytes for too long');
  });
});

describe('a body that fails after its first byte', () => {
  it('cuts the connection, so that no part passes for the whole, and the log says why', async () => {
    const { address, path, reader, logged } = await live();
    const error = new BridgeError('patience-exhausted', 'the storage host kept silent');
    reader.failAfter = { bytes: 200_000, error };
    const response = await fetch(address + path);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow(TypeError);
    expect(logged.join('')).toContain('stream cut: the storage host kept silent');
  });

  it('cuts a multipart answer whose second part cannot be opened', async () => {
    const { address, path, reader } = await live();
    reader.beforeOpen = ({ range }) =>
      range.start === 0 ? Promise.resolve() : Promise.reject(new BridgeError('file-not-found', 'gone'));
    const response = await fetch(address + path, { headers: { range: 'bytes=0-9,100-109' } });
    expect(response.status).toBe(206);
    await expect(response.arrayBuffer()).rejects.toThrow(TypeError);
  });
});

describe('clients that hold connections', () => {
  it('are cut off when they drip the header of a request', async () => {
    const limits = { headersTime: 100, checkInterval: 50 };
    const { address } = await live({ settings: { limits } });
    await closed(rawClient(address, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '));
  });

  it('are cut off when they drip the body of a request', async () => {
    const { address } = await live({ settings: { limits: { bodyTime: 100 } } });
    const head = 'POST /api/v1/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    await closed(rawClient(address, `${head}Content-Length: 100\r\n\r\n{`));
  });

  it('may wait longer for an answer than a body may take to arrive', async () => {
    const late: ApiRoutes = (server, _options, done) => {
      server.get('/late', async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { late: true };
      });
      done();
    };
    const { address } = await live({
      settings: { limits: { bodyTime: 50 } },
      parts: { mediaRoutes: [late] },
    });
    expect(await (await fetch(`${address}/late`)).json()).toEqual({ late: true });
  });

  it('are refused beyond the most connections', async () => {
    const { address, path, reader } = await live({ settings: { limits: { connections: 1 } } });
    rawClient(address, get(path));
    await vi.waitFor(() => expect(reader.requests.length).toBe(1));
    await closed(rawClient(address, get(path)));
    expect(reader.requests.length).toBe(1);
  });

  it('get 431 for header fields without measure', async () => {
    const { address } = await live();
    const response = await fetch(address, { headers: { 'x-large': 'x'.repeat(64 * 1024) } });
    expect(response.status).toBe(431);
  });
});

describe('stopping', () => {
  it('lets a stream under way reach its end', async () => {
    const size = 32 * 1024 * 1024;
    const { address, path, server } = await live({ settings: { drainTime: 60_000 } }, size);
    const response = await fetch(address + path);
    const stopped = server.close();
    const body = await response.arrayBuffer();
    expect(body.byteLength).toBe(size);
    await stopped;
  });

  it('cuts what has not ended within the drain time', async () => {
    const clock = new FakeClock();
    const { address, path, server, reader } = await live({ clock, settings: { drainTime: 10_000 } });
    const client = rawClient(address, get(path));
    await untilStill(reader);
    const stopped = server.close();
    for (let turns = 0; turns < 20; turns += 1) await turn();
    await clock.advance(10_001);
    await stopped;
    await closed(client);
    expect(reader.bodies[0]?.destroyed).toBe(true);
  });
});
