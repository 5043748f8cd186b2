import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';

export interface SendOptions {
  readonly clock: Clock;
  /** A client that takes nothing for this long is given up (ms). */
  readonly clientTimeout: number;
  /** Told of bytes handed to the connection. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Writes all of `body` to the response at the pace of the client, and does not end the response.
 *
 * Rejects with the failure of the body, or with `cancelled` when the client goes or takes nothing for too long. The
 * body is destroyed whenever this ends, and at once when the connection closes.
 *
 * Flowing mode rather than `for await`: iterating joins what is buffered into one new buffer at every step, which
 * costs several times the CPU.
 */
export function sendBody(body: Readable, response: ServerResponse, options: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let callOff = (): void => undefined;
    const settle = (outcome: () => void): void => {
      callOff();
      body.off('data', onData);
      response.off('drain', onDrain);
      response.off('close', onGone);
      body.destroy();
      outcome();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const onData = (chunk: Buffer): void => {
      const roomLeft = response.write(chunk);
      options.onSent(chunk.length);
      if (roomLeft) return;
      body.pause();
      callOff();
      callOff = options.clock.after(options.clientTimeout, () => fail(clientStalled()));
    };
    const onDrain = (): void => {
      callOff();
      body.resume();
    };
    const onGone = (): void => fail(clientGone());

    // Stays: a body may still fail while it is being destroyed, and nobody else would listen.
    body.on('error', fail);
    body.once('end', () => settle(resolve));
    body.once('close', () => fail(new BridgeError('internal', 'the body closed before its end')));
    response.on('drain', onDrain);
    response.on('close', onGone);
    if (response.destroyed) onGone();
    else body.on('data', onData);
  });
}

/** Ends the response and waits until the client has been sent all of it; rejects as `sendBody` does. */
export function finish(response: ServerResponse, lastWords: string, options: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const callOff = options.clock.after(options.clientTimeout, () => reject(clientStalled()));
    response.once('finish', () => {
      callOff();
      resolve();
    });
    response.once('close', () => {
      callOff();
      reject(clientGone());
    });
    response.end(lastWords);
  });
}

function clientGone(): BridgeError {
  return new BridgeError('cancelled', 'the client closed the connection');
}

function clientStalled(): BridgeError {
  return new BridgeError('cancelled', 'the client took no bytes for too long');
}
