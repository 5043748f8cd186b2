import type { FastifyPluginCallback } from 'fastify';
import type { Library } from '../../library/library.ts';
import type { Insight } from './insight.ts';

interface HealthParts {
  readonly library: Pick<Library, 'root' | 'crawlStatus'>;
  readonly insight: Insight;
}

/** `/healthz`: the process answers. `/readyz`: the library can be used; notices say what is not at its best. */
export const healthRoutes: FastifyPluginCallback<HealthParts> = (server, { library, insight }, done) => {
  const config = { access: 'open' } as const;
  server.get('/healthz', { config }, () => ({ status: 'ok' }));

  server.get('/readyz', { config }, async (_request, reply) => {
    const ready = library.root().listedAt !== null;
    const reasons = ready ? [] : ['the library has not been read yet'];
    const notices = insight.budget().lockedUntil === null ? [] : ['the 1fichier API is locked for a while'];
    return reply.code(ready ? 200 : 503).send({ ready, reasons, notices });
  });
  done();
};
