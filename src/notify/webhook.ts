import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Greeting, MediaServer } from './media-server.ts';
import type { PathChange } from './notifier.ts';
import type { ServerConnection } from './server-connection.ts';

interface WebhookParts {
  readonly connection: ServerConnection;
  readonly secret: string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Any receiver of JSON. `X-Bridge-Timestamp` is the time in seconds since the epoch; `X-Bridge-Signature` is `sha256=`
 * and the hexadecimal HMAC-SHA256, by the secret, of the timestamp, a dot and the body, so that a receiver can refuse
 * what is forged or old. `X-Bridge-Delivery` is new for every request, so that it can refuse what it has seen.
 */
export class Webhook implements MediaServer {
  readonly name = 'Webhook';
  readonly #parts: WebhookParts;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  async tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void> {
    await this.#post({ event: 'library.changed', changes }, signal);
  }

  async greet(signal: AbortSignal): Promise<Greeting> {
    await this.#post({ event: 'ping' }, signal);
    return { description: 'took a signed ping', folders: null };
  }

  async #post(event: object, signal: AbortSignal): Promise<void> {
    const { connection, secret, clock } = this.#parts;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const body = JSON.stringify(event);
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    const headers = {
      'x-bridge-timestamp': timestamp,
      'x-bridge-signature': `sha256=${signature}`,
      'x-bridge-delivery': randomUUID(),
    };
    await connection.send({ method: 'POST', path: '', body, headers }, signal);
  }
}
