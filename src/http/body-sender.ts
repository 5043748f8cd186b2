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
 * Rejects with the failure of the body, with `cancelled` when the client goes or takes nothing for too long. The
 * body is destroyed whenever this ends, at the moment the connection closes at the latest.
 */
export async function sendBody(
  body: Readable,
  response: ServerResponse,
  options: SendOptions,
): Promise<void> {
  const stop = (): void => {
    body.destroy();
  };
  response.once('close', stop);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const roomLeft = response.write(chunk);
      options.onSent(chunk.length);
      if (!roomLeft) await drained(response, options);
    }
    if (response.destroyed) throw clientGone();
  } catch (error) {
    throw response.destroyed && !(error instanceof BridgeError) ? clientGone() : error;
  } finally {
    response.off('close', stop);
    body.destroy();
  }
}

function drained(response: ServerResponse, { clock, clientTimeout }: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      callOff();
      response.off('drain', onDrain);
      response.off('close', onClose);
    };
    const onDrain = (): void => {
      settle();
      resolve();
    };
    const onClose = (): void => {
      settle();
      reject(clientGone());
    };
    const callOff = clock.after(clientTimeout, () => {
      settle();
      reject(new BridgeError('cancelled', 'the client took no bytes for too long'));
    });
    if (response.destroyed) onClose();
    response.on('drain', onDrain);
    response.on('close', onClose);
  });
}

function clientGone(): BridgeError {
  return new BridgeError('cancelled', 'the client closed the connection');
}
