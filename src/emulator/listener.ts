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

/** An HTTP server on the loopback address that can vanish from its port and come back. */
export class Listener {
  readonly #server: Server;
  #port: number;

  constructor(handler: Handler, { port, onConnection }: ListenerOptions) {
    this.#port = port;
    this.#server = createServer((request, response) => {
      handler(request, response).catch((error: unknown) => {
        if (request.destroyed && !request.complete) return;
        // Neither server has a caller that could be told; a broken emulator must not pass for a broken 1fichier.
        process.emitWarning(`emulator: ${String(error)}`);
        response.destroy();
      });
    });
    // Uploads take as long as they take.
    this.#server.requestTimeout = 0;
    if (onConnection !== undefined) this.#server.on('connection', onConnection);
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Cuts every connection; from then on new ones are refused. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
