import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../clock.ts';

interface BodyDeadlineOptions {
  readonly clock: Clock;
  /** For the whole body to arrive (ms). */
  readonly bodyTime: number;
}

/** Cuts clients that send a small body drop by drop. Not for routes that take uploads. */
export const bodyDeadline = fastifyPlugin<BodyDeadlineOptions>((server, { clock, bodyTime }, done) => {
  server.addHook('preParsing', (request, reply, _payload, next) => {
    const callOff = clock.after(bodyTime, () => {
      // A request without a body is complete from the first, yet nobody reads it to its end while a long answer runs.
      if (request.raw.complete) return;
      request.log.debug('the body of the request took too long');
      request.raw.destroy();
    });
    request.raw.once('end', callOff);
    reply.raw.once('close', callOff);
    next();
  });
  done();
});
