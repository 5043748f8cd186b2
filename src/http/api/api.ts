import swagger from '@fastify/swagger';
import type { FastifyPluginAsync } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type FastifyPluginCallbackZod,
} from 'fastify-type-provider-zod';
import type { Clock } from '../../clock.ts';
import type { Library } from '../../library/library.ts';
import type { Keys } from '../auth/access-guard.ts';
import type { UrlSigner } from '../auth/url-signer.ts';
import { bodyDeadline } from '../body-deadline.ts';
import type { Insight } from '../operations/insight.ts';
import { docsPage } from './docs-page.ts';
import { eventRoutes } from './event-routes.ts';
import { libraryRoutes } from './library-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { statusRoutes } from './status-routes.ts';

/** Routes with their schemas; where they are registered says below which path. */
export type ApiRoutes = FastifyPluginCallbackZod;

interface ApiParts {
  readonly library: Library;
  readonly insight: Insight;
  readonly signer: UrlSigner | null;
  /** Null: no token is set. */
  readonly keys: Keys | null;
  readonly clock: Clock;
  /** For the body of a request to arrive (ms). */
  readonly bodyTime: number;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
  /** Beside library and status. */
  readonly routes: readonly ApiRoutes[];
  /** At addresses of their own, checked and documented the same. */
  readonly mediaRoutes: readonly ApiRoutes[];
}

const PREFIX = '/api/v1';

/** `/api/v1`: the JSON API. Its document and its checks are made from the same route schemas. */
export const api: FastifyPluginAsync<ApiParts> = async (server, parts) => {
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  await server.register(bodyDeadline, parts);
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'fichier-bridge',
        version: '1',
        description: 'A 1fichier account as a library that streams.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          basic: { type: 'http', scheme: 'basic', description: 'The token as the password, any user name' },
        },
      },
      security: [{ bearer: [] }, { basic: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await server.register(libraryRoutes, { ...parts, prefix: PREFIX });
  await server.register(sessionRoutes, { ...parts, prefix: PREFIX });
  await server.register(statusRoutes, { ...parts, prefix: PREFIX });
  await server.register(eventRoutes, { ...parts, prefix: PREFIX });
  for (const routes of parts.routes) await server.register(routes, { prefix: PREFIX });
  for (const routes of parts.mediaRoutes) await server.register(routes);

  const schema = { hide: true };
  server.get(`${PREFIX}/openapi.json`, { schema }, () => server.swagger());
  server.get('/api/docs', { schema }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(docsPage(server.swagger())),
  );
};
