import type { FastifyPluginCallback } from 'fastify';

/** Leads from `/` to the library where no page of its own is served there. */
export const rootRoute: FastifyPluginCallback = (server, _options, done) => {
  if (!server.hasRoute({ method: 'GET', url: '/' })) {
    server.get('/', (_request, reply) => reply.redirect('/library/', 302));
  }
  done();
};
