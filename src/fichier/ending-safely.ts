import { AssertionError } from 'node:assert';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/**
 * A host that ends a `Connection: close` answer while its body waits for a slow reader fails an assertion of undici 7
 * in the socket's event, which would end the process (nodejs/undici issue 5360). Here it fails the exchange only.
 */
export function endingSafely(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      failOnAssertion(socket);
      callback(null, socket);
    });
  };
}

function failOnAssertion(socket: Socket): void {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    if (event === 'error' && isReset(values[0])) return emit(event, resetUnderAnotherCode(values[0]));
    try {
      return emit(event, ...values);
    } catch (failure) {
      if (!(failure instanceof AssertionError)) throw failure;
      socket.destroy(new Error('the host closed the connection', { cause: failure }));
      return true;
    }
  };
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** Under any code but ECONNRESET undici takes a failure as it is, without the assertion. */
function resetUnderAnotherCode(cause: unknown): Error {
  return Object.assign(new Error('the host reset the connection', { cause }), { code: 'CONNECTION_RESET' });
}
