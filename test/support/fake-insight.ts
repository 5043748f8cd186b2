import type { Account, ApiBudget } from '../../src/fichier/api.ts';
import type { CacheStatus, Insight } from '../../src/http/operations/insight.ts';
import type { LinkStats } from '../../src/links/link-cache.ts';
import type { ServerStatus } from '../../src/notify/notifier.ts';
import type { RunRecord } from '../../src/strm/run-history.ts';
import type { FailedStream, StreamStatus } from '../../src/streaming/streams.ts';

/** One that goes on, told of otherwise where the test cares. */
export function streamStatus(particulars: Partial<StreamStatus> = {}): StreamStatus {
  return {
    id: 1,
    file: { id: 'abc', name: 'Film.mkv', size: 1000 },
    client: '127.0.0.1 VLC',
    range: { start: 0, end: 1000 },
    position: 10,
    rate: 5,
    bytes: { memory: 0, disk: 0, upstream: 10 },
    renewals: 0,
    retries: 0,
    startedAt: 0,
    lastProblem: null,
    ...particulars,
  };
}

/** What the parts below would tell, set by the test. */
export class FakeInsight implements Insight {
  budgetNow: ApiBudget = {
    lockedUntil: null,
    lockReason: null,
    queued: { viewer: 0, browse: 0, crawl: 0, prefetch: 0 },
    callsPerSecond: 1,
    calls: {},
  };
  linkStats: LinkStats = {
    minted: 0,
    reused: 0,
    refused: 0,
    failed: 0,
    longestServedMs: null,
    shortestRefusedMs: null,
  };
  activeStreams: StreamStatus[] = [];
  failedStreams: FailedStream[] = [];
  accountNow: () => Promise<Account> = () =>
    Promise.resolve({
      email: 'someone@example.com',
      offer: 'premium',
      subscriptionEnd: Date.UTC(2027, 0, 1),
      cdnCreditGb: 0,
      usedBytes: 1000,
      availableBytes: 2000,
    });

  strmRecords: RunRecord[] = [];

  strmRuns(): readonly RunRecord[] {
    return this.strmRecords;
  }

  serverStatuses: ServerStatus[] = [];

  mediaServers(): readonly ServerStatus[] {
    return this.serverStatuses;
  }

  account(): Promise<Account> {
    return this.accountNow();
  }

  budget(): ApiBudget {
    return this.budgetNow;
  }

  links(): LinkStats {
    return this.linkStats;
  }

  cache(): CacheStatus {
    const fill = { blocks: 2, bytes: 200, budgetBytes: 1000, evictions: 4 };
    return { memory: fill, disk: { ...fill, bytes: 900, state: 'on', damaged: 0, skipped: 1 } };
  }

  readonly streams = {
    active: (): readonly StreamStatus[] => this.activeStreams,
    failed: (): readonly FailedStream[] => this.failedStreams,
    totals: () => ({
      opened: 3,
      failed: 1,
      abandoned: 0,
      delivered: { memory: 10, disk: 20, upstream: 30 },
      fetched: 40,
      healings: { 'link-renewed': 2, resumed: 0, retried: 0, waited: 0 },
    }),
  };
}
