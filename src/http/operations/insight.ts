import type { Account, ApiBudget } from '../../fichier/api.ts';
import type { LinkStats } from '../../links/link-cache.ts';
import type { ByteRange } from '../../streaming/range.ts';

/** Bytes by where they were found: cached, or fetched from 1fichier. */
interface BytesBySource {
  readonly memory: number;
  readonly disk: number;
  readonly upstream: number;
}

/** One read of a file under way. Times in ms since the epoch, sizes in bytes, rate in bytes per second. */
export interface StreamReport {
  readonly id: number;
  readonly file: { readonly id: string; readonly name: string; readonly size: number };
  /** Null: the bridge itself. */
  readonly client: string | null;
  readonly range: ByteRange;
  readonly position: number;
  readonly rate: number;
  readonly bytes: BytesBySource;
  readonly renewals: number;
  readonly retries: number;
  readonly startedAt: number;
  readonly lastProblem: string | null;
}

export interface FailedStreamReport extends StreamReport {
  readonly failedAt: number;
  readonly kind: string;
}

/** Counts since the start. */
interface StreamCounts {
  readonly opened: number;
  readonly failed: number;
  readonly abandoned: number;
  readonly delivered: BytesBySource;
  readonly fetched: number;
  readonly healings: Readonly<Record<string, number>>;
}

/** What the parts below tell of themselves, for the API, the status page and the metrics. */
export interface Insight {
  account(signal: AbortSignal): Promise<Account>;
  budget(): ApiBudget;
  links(): LinkStats;
  readonly streams: {
    active(): readonly StreamReport[];
    /** The latest, newest first. */
    failed(): readonly FailedStreamReport[];
    totals(): StreamCounts;
  };
}
