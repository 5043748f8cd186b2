import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';

/** How long (ms) a client that was refused may go on sending: cut at once, it would often miss the answer. */
const LINGER_MS = 10_000;

/** Unlike iterating over the stream itself, leaves the connection open for the answer when iterating ends early. */
function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) };
}

/** Lets the rest of a body go, that the answer may be read and the connection used again; a long one only for a while. */
export function discardBody(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  // Whoever still iterates over the body keeps it from flowing; with a listener it flows as soon as they let go.
  request.on('data', () => undefined);
  request.resume();
  const callOff = clock.after(LINGER_MS, () => request.destroy());
  request.once('close', callOff);
}

/**
 * Reads a whole body of at most `limit.bytes` that arrives within `limit.timeMs`.
 *
 * @throws BridgeError `bad-request` when it is larger, or later.
 */
export async function readBody(
  body: Readable,
  clock: Clock,
  limit: { readonly bytes: number; readonly timeMs: number },
): Promise<Buffer> {
  const callOff = clock.after(limit.timeMs, () => {
    body.destroy(new BridgeError('bad-request', 'the body of the request took too long'));
  });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of chunksOf(body)) {
      size += chunk.length;
      if (size > limit.bytes)
        throw new BridgeError('bad-request', `the body is larger than ${limit.bytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    callOff();
  }
}

/**
 * The bytes of an upload as they come in. Ends only when the whole body was there.
 *
 * @param size bytes that must come, or null where any number may.
 * @throws BridgeError `cancelled` when the client goes away or sends nothing for `idleMs`; `bad-request` when it
 *   sends another number of bytes than it said.
 */
export async function* uploadChunks(
  body: Readable,
  size: number | null,
  clock: Clock,
  idleMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const givenUp = (): void => {
    body.destroy(new BridgeError('cancelled', 'the client sent nothing for too long'));
  };
  let callOff = clock.after(idleMs, givenUp);
  let received = 0;
  try {
    for await (const chunk of chunksOf(body)) {
      callOff();
      received += chunk.length;
      if (size !== null && received > size) break;
      yield chunk;
      callOff = clock.after(idleMs, givenUp);
    }
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    throw new BridgeError('cancelled', 'the client went away in the middle of its upload', { cause: error });
  } finally {
    callOff();
  }
  if (size !== null && received !== size) {
    throw new BridgeError('bad-request', `the body is not of the ${size} bytes that were announced`);
  }
}
