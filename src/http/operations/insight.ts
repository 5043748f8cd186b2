import type { Account, ApiBudget } from '../../fichier/api.ts';
import type { LinkStats } from '../../links/link-cache.ts';
import type { ServerStatus } from '../../notify/notifier.ts';
import type { CacheFill } from '../../streaming/block-cache.ts';
import type { DiskFill } from '../../streaming/disk-store.ts';
import type { RunRecord } from '../../strm/run-history.ts';
import type { StreamRegistry } from '../../streaming/streams.ts';

/** How full the tiers of the block cache are. */
export interface CacheStatus {
  readonly memory: CacheFill;
  /** Null: turned off by its setting. */
  readonly disk: DiskFill | null;
}

/** What the parts below tell of themselves, for the API, the status page and the metrics. */
export interface Insight {
  account(signal: AbortSignal): Promise<Account>;
  budget(): ApiBudget;
  links(): LinkStats;
  cache(): CacheStatus;
  /** The last run over each directory of .strm files. */
  strmRuns(): readonly RunRecord[];
  /** How it stands with each media server that is told what changed. */
  mediaServers(): readonly ServerStatus[];
  readonly streams: Pick<StreamRegistry, 'active' | 'failed' | 'totals'>;
}
