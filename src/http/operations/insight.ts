import type { Account, ApiBudget } from '../../fichier/api.ts';
import type { LinkStats } from '../../links/link-cache.ts';
import type { StreamRegistry } from '../../streaming/streams.ts';

/** What the parts below tell of themselves, for the API, the status page and the metrics. */
export interface Insight {
  account(signal: AbortSignal): Promise<Account>;
  budget(): ApiBudget;
  links(): LinkStats;
  readonly streams: Pick<StreamRegistry, 'active' | 'failed' | 'totals'>;
}
