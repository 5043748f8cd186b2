import { z } from 'zod';
import type { CrawlStatus } from '../../library/library.ts';
import type { ApiBudget } from '../../fichier/api.ts';
import type { StreamStatus } from '../../streaming/streams.ts';
import type { Insight } from '../operations/insight.ts';
import { recentProblems } from '../operations/problems.ts';
import {
  budgetSchema,
  cacheSchema,
  crawlSchema,
  describeMediaServer,
  isoTime,
  isoTimeOrNull,
  mediaServerSchema,
  moment,
  streamsSchema,
} from './schemas.ts';

export const statusSchema = z.object({
  at: moment,
  crawl: crawlSchema,
  budget: budgetSchema,
  cache: cacheSchema,
  streams: streamsSchema,
  mediaServers: z.array(mediaServerSchema).describe('Those that are told what changed'),
  problems: z
    .array(
      z.object({
        at: moment.nullable().describe('Null: it goes on now'),
        title: z.string(),
        hint: z.string().describe('What can be done about it'),
        severity: z.enum(['notice', 'warning', 'serious']),
      }),
    )
    .describe('The most serious first'),
});

export function describeCrawl(status: CrawlStatus): z.infer<typeof crawlSchema> {
  const startedAt = isoTimeOrNull(status.startedAt);
  return { ...status, startedAt, finishedAt: isoTimeOrNull(status.finishedAt) };
}

export function describeBudget(budget: ApiBudget): z.infer<typeof budgetSchema> {
  const { queued, calls } = budget;
  return {
    ...budget,
    lockedUntil: isoTimeOrNull(budget.lockedUntil),
    queued: { ...queued },
    calls: { ...calls },
  };
}

export function describeCache(insight: Insight): z.infer<typeof cacheSchema> {
  return { ...insight.cache(), read: insight.streams.totals().delivered };
}

export function describeStreams({ streams }: Insight): z.infer<typeof streamsSchema> {
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
}

/** Everything that changes while the bridge runs and costs no call to know, as it is at `now` (ms since the epoch). */
export function describeStatus(
  insight: Insight,
  crawl: CrawlStatus,
  now: number,
): z.infer<typeof statusSchema> {
  const problems = recentProblems(insight, crawl, now);
  return {
    at: isoTime(now),
    crawl: describeCrawl(crawl),
    budget: describeBudget(insight.budget()),
    cache: describeCache(insight),
    streams: describeStreams(insight),
    mediaServers: insight.mediaServers().map(describeMediaServer),
    problems: problems.map((problem) => ({ ...problem, at: isoTimeOrNull(problem.at) })),
  };
}

function describeStream(stream: StreamStatus): z.infer<typeof streamsSchema>['active'][number] {
  return { ...stream, startedAt: isoTime(stream.startedAt) };
}
