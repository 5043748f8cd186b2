import type { FastifyInstance, HTTPMethods } from 'fastify';
import { BridgeError } from '../../errors.ts';

const USUAL_METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Answers the methods that `url` does not take with 405 and what it does take (RFC 9110 section 15.5.6). */
export function refuseOtherMethods(
  server: FastifyInstance,
  url: string,
  taken: readonly HTTPMethods[],
): void {
  server.route({
    method: USUAL_METHODS.filter((method) => !taken.includes(method)),
    url,
    // Refused before any body is read.
    onRequest: (request, reply, next) => {
      reply.header('allow', taken.join(', '));
      next(new BridgeError('method-not-allowed', `${request.method} is not possible here`));
    },
    handler: () => undefined,
  });
}
