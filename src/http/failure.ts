import type { FastifyReply } from 'fastify';
import { asBridgeError, BridgeError } from '../errors.ts';

/** What a route threw as a BridgeError; the framework's own refusals of a request stay the fault of the client. */
export function failureOf(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError || !(thrown instanceof Error)) return asBridgeError(thrown);
  const status = 'statusCode' in thrown ? Number(thrown.statusCode) : 0;
  if (status === 413) {
    const hint = 'Send a smaller body.';
    return new BridgeError('file-too-large', 'the body of the request is too large', { cause: thrown, hint });
  }
  if (status === 415) return new BridgeError('unsupported-media-type', thrown.message, { cause: thrown });
  if (status >= 400 && status < 500) return new BridgeError('bad-request', thrown.message, { cause: thrown });
  return asBridgeError(thrown);
}

/** Tells when another try makes sense, where that is known (RFC 9110 section 10.2.3), by a delay: clocks differ. */
export function sayWhenToRetry(reply: FastifyReply, { retryAt }: BridgeError, now: number): void {
  if (retryAt === undefined) return;
  reply.header('retry-after', String(Math.max(1, Math.ceil((retryAt - now) / 1000))));
}
