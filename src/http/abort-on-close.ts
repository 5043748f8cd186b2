import type { ServerResponse } from 'node:http';

/** Aborts when the connection closes before the response has been written in full. */
export function abortOnClose(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
