import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Library } from '../../library/library.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { Insight } from '../operations/insight.ts';
import type { StreamStatus } from '../../streaming/streams.ts';
import {
  accountSchema,
  budgetSchema,
  cacheSchema,
  crawlSchema,
  isoTime,
  isoTimeOrNull,
  problemSchema,
  streamsSchema,
} from './schemas.ts';

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
    async (_request, reply) => {
      const account = await insight.account(abortOnClose(reply.raw));
      return { ...account, subscriptionEnd: isoTimeOrNull(account.subscriptionEnd) };
    },
  );

  server.get(
    '/crawl',
    { schema: { summary: 'How far the mirror is', response: { 200: crawlSchema } } },
    () => {
      const status = library.crawlStatus();
      const startedAt = isoTimeOrNull(status.startedAt);
      return { ...status, startedAt, finishedAt: isoTimeOrNull(status.finishedAt) };
    },
  );

  server.get(
    '/budget',
    { schema: { summary: 'What the 1fichier API still allows', response: { 200: budgetSchema } } },
    () => {
      const budget = insight.budget();
      const { queued, calls } = budget;
      return {
        ...budget,
        lockedUntil: isoTimeOrNull(budget.lockedUntil),
        queued: { ...queued },
        calls: { ...calls },
      };
    },
  );

  server.get(
    '/cache',
    {
      schema: {
        summary: 'How full the block cache is, and how much it served',
        response: { 200: cacheSchema },
      },
    },
    () => ({ ...insight.cache(), read: insight.streams.totals().delivered }),
  );

  server.get(
    '/streams',
    { schema: { summary: 'Who reads what, and what went wrong', response: { 200: streamsSchema } } },
    () => {
      const { streams } = insight;
      const totals = streams.totals();
      return {
        active: streams.active().map(describeStream),
        failed: streams.failed().map((stream) => ({
          ...describeStream(stream),
          failedAt: isoTime(stream.failedAt),
          kind: stream.kind,
        })),
        totals: { ...totals, healings: { ...totals.healings } },
      };
    },
  );
  done();
};

function describeStream(stream: StreamStatus): z.infer<typeof streamsSchema>['active'][number] {
  return { ...stream, startedAt: isoTime(stream.startedAt) };
}
