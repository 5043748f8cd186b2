import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createStorageDispatcher } from '../../src/streaming/storage-dispatcher.ts';
import { StorageExchange } from '../../src/streaming/storage-exchange.ts';

const PROMISED = 8 * 1024 * 1024;
/** Exactly what an exchange takes before it pauses: the end of the connection then finds nothing unread. */
const SENT = 512 * 1024;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close();
});

async function exchangeWith(sending: (socket: Socket) => void): Promise<StorageExchange> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(
        `HTTP/1.1 206 Partial Content\r\nContent-Length: ${PROMISED}\r\nConnection: close\r\n\r\n`,
      );
      socket.write(Buffer.alloc(SENT), () => sending(socket));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dispatcher = createStorageDispatcher({
    allowPrivateHosts: true,
    connections: 1,
    connectTimeoutMs: 5000,
  });
  open.push({ close: () => server.close() }, { close: () => dispatcher.destroy() });
  const exchange = new StorageExchange(systemClock, 15_000);
  exchange.send(dispatcher, new URL(`http://127.0.0.1:${port}/p1`), { start: 0, end: PROMISED });
  await exchange.head();
  return exchange;
}

describe('a host that says Connection: close and breaks off while the body is paused', () => {
  it.each([
    ['ends the connection', (socket: Socket) => void socket.end()],
    ['resets the connection', (socket: Socket) => void setTimeout(() => socket.resetAndDestroy(), 100)],
  ])('fails the exchange, not the process, when it %s', async (_, breakOff) => {
    const exchange = await exchangeWith(breakOff);
    while (!exchange.isOver) await wait(10);
    let bytes = 0;
    for (let chunk = await exchange.next(); chunk !== null; chunk = await exchange.next()) {
      bytes += chunk.length;
    }
    expect(bytes).toBeLessThanOrEqual(SENT);
    expect(exchange.failure).toBeInstanceOf(Error);
  });
});
