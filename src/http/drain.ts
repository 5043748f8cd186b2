import type { ServerResponse } from 'node:http';
import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../clock.ts';

interface DrainOptions {
  readonly clock: Clock;
  /** How long answers under way may go on once the server closes (ms). */
  readonly drainTime: number;
}

/** On close: lets answers under way end, up to a limit; what is left then is cut. */
export const drainOnClose = fastifyPlugin<DrainOptions>((server, { clock, drainTime }, done) => {
  const underWay = new Set<ServerResponse>();
  let onEmpty = (): void => undefined;

  server.addHook('onRequest', (_request, reply, next) => {
    underWay.add(reply.raw);
    reply.raw.once('close', () => {
      underWay.delete(reply.raw);
      if (underWay.size === 0) onEmpty();
    });
    next();
  });

  server.addHook('preClose', async () => {
    if (underWay.size === 0) return;
    server.log.info({ answers: underWay.size }, 'waiting for answers under way');
    await new Promise<void>((resolve) => {
      const callOff = clock.after(drainTime, resolve);
      onEmpty = () => {
        callOff();
        resolve();
      };
    });
    if (underWay.size > 0) server.log.warn({ answers: underWay.size }, 'cutting what did not end in time');
    for (const response of underWay) response.destroy();
  });
  done();
});
