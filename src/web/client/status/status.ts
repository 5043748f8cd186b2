/** What `/api/v1/status` and each event of `/api/v1/events` hold. Sizes in bytes, moments in ISO 8601. */
export interface Status {
  readonly at: string;
  readonly crawl: CrawlStatus;
  readonly budget: ApiBudget;
  readonly cache: CacheStatus;
  readonly streams: StreamsStatus;
  readonly mediaServers: readonly MediaServerStatus[];
  readonly problems: readonly Problem[];
}

export interface CrawlStatus {
  readonly state: 'idle' | 'crawling' | 'waiting' | 'stopped';
  readonly foldersKnown: number;
  readonly foldersListed: number;
  readonly filesKnown: number;
  readonly foldersPending: number;
  readonly finishedAt: string | null;
}

export interface ApiBudget {
  readonly lockedUntil: string | null;
  readonly lockReason: string | null;
  readonly queued: Readonly<Record<string, number>>;
  readonly callsPerSecond: number;
  readonly calls: Readonly<Record<string, number>>;
}

export interface BytesBySource {
  readonly memory: number;
  readonly disk: number;
  readonly upstream: number;
}

interface CacheFill {
  readonly bytes: number;
  readonly budgetBytes: number;
}

export interface CacheStatus {
  readonly memory: CacheFill;
  readonly disk: (CacheFill & { readonly state: 'on' | 'off' }) | null;
  readonly read: BytesBySource;
}

export interface StreamStatus {
  readonly id: number;
  readonly file: { readonly id: string; readonly name: string; readonly size: number };
  readonly client: string | null;
  readonly position: number;
  /** Bytes per second. */
  readonly rate: number;
  readonly bytes: BytesBySource;
  readonly renewals: number;
  readonly retries: number;
  readonly lastProblem: string | null;
}

interface StreamsStatus {
  readonly active: readonly StreamStatus[];
}

export interface MediaServerStatus {
  /** Such as `Jellyfin`. */
  readonly server: string;
  readonly lastSuccess: string | null;
  readonly lastError: { readonly at: string; readonly message: string; readonly hint: string } | null;
  /** Paths that wait to be told. */
  readonly queued: number;
  readonly nextTry: string | null;
}

export interface Problem {
  readonly at: string | null;
  readonly title: string;
  readonly hint: string;
  readonly severity: 'notice' | 'warning' | 'serious';
}
