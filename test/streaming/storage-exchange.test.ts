import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { StorageExchange } from '../../src/streaming/storage-exchange.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A connection that remembers whether it is to be read. */
class Connection implements Dispatcher.DispatchController {
  paused = false;
  aborted = false;
  reason = null;
  rawHeaders = null;
  rawTrailers = null;

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  abort(): void {
    this.aborted = true;
  }
}

function exchangeOn(connection: Connection): StorageExchange {
  const exchange = new StorageExchange(new FakeClock(), 10_000);
  exchange.onRequestStart(connection);
  exchange.onResponseStart(connection, 206, {});
  return exchange;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a connection that has more and more to give leaves the rest of a turn of the event loop to others', async () => {
  const connection = new Connection();
  const exchange = exchangeOn(connection);
  let received = 0;
  while (!connection.paused) {
    exchange.onResponseData(connection, Buffer.alloc(128 * 1024));
    exchange.take();
    received += 128 * 1024;
    expect(received, 'bytes in one turn').toBeLessThanOrEqual(1024 * 1024);
  }
  await nextTurn();
  expect(connection.paused).toBe(false);
});

test('a connection whose reader lags is not read on in the next turn either', async () => {
  const connection = new Connection();
  const exchange = exchangeOn(connection);
  exchange.onResponseData(connection, Buffer.alloc(1024 * 1024));
  await nextTurn();
  expect(connection.paused).toBe(true);
  exchange.take();
  expect(connection.paused).toBe(false);
});
