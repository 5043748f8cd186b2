import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { Library } from '../../library/library.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { Insight } from '../operations/insight.ts';
import {
  accountSchema,
  budgetSchema,
  cacheSchema,
  crawlSchema,
  describeAccount,
  problemSchema,
  streamsSchema,
} from './schemas.ts';
import { describeBudget, describeCache, describeCrawl, describeStreams } from './status-view.ts';

interface StatusRoutesParts {
  readonly library: Pick<Library, 'crawlStatus'>;
  readonly insight: Insight;
}

/** Account, crawl, budget, cache and streams: what the status page shows. */
export const statusRoutes: FastifyPluginCallbackZod<StatusRoutesParts> = (
  server,
  { library, insight },
  done,
) => {
  server.get(
    '/account',
    {
      schema: {
        summary: 'The 1fichier account',
        response: { 200: accountSchema, '5xx': problemSchema },
      },
    },
    async (_request, reply) => describeAccount(await insight.account(abortOnClose(reply.raw))),
  );

  server.get('/crawl', { schema: { summary: 'How far the mirror is', response: { 200: crawlSchema } } }, () =>
    describeCrawl(library.crawlStatus()),
  );

  server.get(
    '/budget',
    { schema: { summary: 'What the 1fichier API still allows', response: { 200: budgetSchema } } },
    () => describeBudget(insight.budget()),
  );

  server.get(
    '/cache',
    {
      schema: {
        summary: 'How full the block cache is, and how much it served',
        response: { 200: cacheSchema },
      },
    },
    () => describeCache(insight),
  );

  server.get(
    '/streams',
    { schema: { summary: 'Who reads what, and what went wrong', response: { 200: streamsSchema } } },
    () => describeStreams(insight),
  );
  done();
};
