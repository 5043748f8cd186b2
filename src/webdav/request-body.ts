import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';

/** Above this many bytes to come, a refused request costs its connection rather than the bytes. */
const WORTH_DRAINING = 1024 * 1024;

/** Unlike iterating over the stream itself, leaves the connection open for the answer when iterating ends early. */
function chunksOf(body: Readable): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) };
}

/**
 * Lets the rest of a body go, that the answer may be read and the connection used again; of a long one the
 * connection is to be closed after the answer.
 */
export function discardBody(request: IncomingMessage): 'connection-stays' | 'connection-closes' {
  request.resume();
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const long = encoding !== undefined || Number(length ?? 0) > WORTH_DRAINING;
  return long && !request.complete ? 'connection-closes' : 'connection-stays';
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
