import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../clock.ts';

/** One line an answer, at debug, when its connection is done with it; secrets in the address are left out. */
export const requestLog = fastifyPlugin<{ clock: Clock }>((server, { clock }, done) => {
  server.addHook('onRequest', (request, reply, next) => {
    const startedAt = clock.monotonic();
    reply.raw.once('close', () => {
      const milliseconds = Math.round(clock.monotonic() - startedAt);
      const { method, ip } = request;
      const range = request.headers.range;
      const details = {
        method,
        url: withoutSecrets(request),
        range,
        status: reply.raw.statusCode,
        ip,
        milliseconds,
      };
      request.log.debug(details, reply.raw.writableFinished ? 'answered' : 'answer cut');
    });
    next();
  });
  done();
});

function withoutSecrets(request: FastifyRequest): string {
  return request.url.replaceAll(/([?&](?:sig|token|key)=)[^&#]*/gi, '$1…');
}
