import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface ListenerOptions {
  /** 0 takes any free port; it is kept over a pause. */
  readonly port: number;
  readonly onConnection?: ((socket: Socket) => void) | undefined;
}

/** The loopback addresses; a machine without IPv6 has only the first. */
const LOOPBACK = ['127.0.0.1', '::1'] as const;
const NO_SUCH_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** An HTTP server on the loopback addresses, all at one port, that can vanish from its port and come back. */
export class Listener {
  readonly #servers: readonly Server[];
  #port: number;

  constructor(handler: Handler, { port, onConnection }: ListenerOptions) {
    this.#port = port;
    this.#servers = LOOPBACK.map(() => makeServer(handler, onConnection));
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    for (const [index, server] of this.#servers.entries()) {
      if (!server.listening) await this.#listen(server, LOOPBACK[index] ?? '127.0.0.1');
    }
  }

  /** Cuts every connection; from then on new ones are refused. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.filter(({ listening }) => listening).map(closeServer));
  }

  async #listen(server: Server, host: string): Promise<void> {
    try {
      server.listen(this.#port, host);
      await once(server, 'listening');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (host === LOOPBACK[0] || !NO_SUCH_ADDRESS.has(code)) throw error;
      return;
    }
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }
}

function makeServer(handler: Handler, onConnection: ListenerOptions['onConnection']): Server {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      // Neither server has a caller that could be told; a broken emulator must not pass for a broken 1fichier.
      process.emitWarning(`emulator: ${String(error)}`);
      response.destroy();
    });
  });
  // Uploads take as long as they take.
  server.requestTimeout = 0;
  if (onConnection !== undefined) server.on('connection', onConnection);
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
