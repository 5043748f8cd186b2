import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Keys } from '../auth/access-guard.ts';
import { problemSchema } from './schemas.ts';

interface SessionRoutesParts {
  /** Null: no token is set. */
  readonly keys: Keys | null;
}

const sessionSchema = z.object({
  tokenNeeded: z.boolean().describe('Whether BRIDGE_TOKEN is set'),
  signedIn: z.boolean(),
});

/** Signing in to the page with the token, and out again. */
export const sessionRoutes: FastifyPluginCallbackZod<SessionRoutesParts> = (server, { keys }, done) => {
  const config = { access: 'open' } as const;

  server.get(
    '/session',
    { config, schema: { summary: 'Whether someone is signed in', response: { 200: sessionSchema } } },
    (request) => ({
      tokenNeeded: keys !== null,
      signedIn: keys === null || keys.session.admits(request.method, request.headers),
    }),
  );

  server.post(
    '/session',
    {
      config,
      schema: {
        summary: 'Sign in: sets a cookie',
        body: z.object({ token: z.string().min(1).max(4096) }),
        response: { 200: sessionSchema, '4xx': problemSchema },
      },
    },
    (request, reply) => {
      if (keys !== null) {
        const refused = keys.token.refusal(request.ip, request.body.token);
        if (refused !== null) throw refused;
        reply.header('set-cookie', keys.session.begin(request.headers));
      }
      return { tokenNeeded: keys !== null, signedIn: true };
    },
  );

  server.delete(
    '/session',
    { config, schema: { summary: 'Sign out in this browser', response: { 200: sessionSchema } } },
    (request, reply) => {
      if (keys !== null) reply.header('set-cookie', keys.session.end(request.headers));
      return { tokenNeeded: keys !== null, signedIn: keys === null };
    },
  );
  done();
};
