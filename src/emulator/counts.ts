/** Why the API was locked: on order, or for the rule that was broken (API document section 4). */
export type LockCause =
  | 'ordered'
  | 'calls-a-second'
  | 'folder-too-soon'
  | 'account-listing-too-soon'
  | 'user-info-too-soon'
  | 'errors';

/** What the emulator was asked for since the start or the last reset. */
export interface EmulatorCounts {
  /** API calls by endpoint: `get_token`, `folder/ls`, `user/info` … */
  readonly api: Readonly<Record<string, number>>;
  readonly apiCalls: number;
  /** API calls answered with a flood lock. */
  readonly floodAnswers: number;
  /** Flood locks that began, by cause. */
  readonly locks: Readonly<Partial<Record<LockCause, number>>>;
  /** Requests to the upload node: `upload.cgi`, `end.pl`. */
  readonly uploadNode: Readonly<Record<string, number>>;
  /** Requests for direct links, HEAD included. */
  readonly storageRequests: number;
  /** Answers of the storage host by status. */
  readonly storageStatuses: Readonly<Record<string, number>>;
  /** Bytes of bodies handed to the network. */
  readonly storageBytes: number;
  /** TCP connections to the storage host, idle ones included: now, and the most at once. */
  readonly openConnections: number;
  readonly peakConnections: number;
  /** Answers of the storage host in progress: now, and the most at once. */
  readonly activeTransfers: number;
  readonly peakTransfers: number;
  /** Answers the client left before their end. */
  readonly abortedTransfers: number;
  /** By page address. */
  readonly files: Readonly<Record<string, { readonly requests: number; readonly bytes: number }>>;
}

/** The running tallies behind `EmulatorCounts`. */
export class Tally {
  #api = new Map<string, number>();
  #floodAnswers = 0;
  #locks = new Map<LockCause, number>();
  #uploadNode = new Map<string, number>();
  #storageRequests = 0;
  #storageStatuses = new Map<string, number>();
  #storageBytes = 0;
  #openConnections = 0;
  #peakConnections = 0;
  #activeTransfers = 0;
  #peakTransfers = 0;
  #abortedTransfers = 0;
  #files = new Map<string, { requests: number; bytes: number }>();

  apiCall(endpoint: string): void {
    increment(this.#api, endpoint);
  }

  floodAnswer(): void {
    this.#floodAnswers += 1;
  }

  lockBegan(cause: LockCause): void {
    increment(this.#locks, cause);
  }

  uploadRequest(page: string): void {
    increment(this.#uploadNode, page);
  }

  storageRequest(): void {
    this.#storageRequests += 1;
  }

  storageStatus(status: number): void {
    increment(this.#storageStatuses, String(status));
  }

  fileRequest(url: string): void {
    this.#fileOf(url).requests += 1;
  }

  sent(url: string, bytes: number): void {
    this.#storageBytes += bytes;
    this.#fileOf(url).bytes += bytes;
  }

  connectionOpened(): void {
    this.#openConnections += 1;
    this.#peakConnections = Math.max(this.#peakConnections, this.#openConnections);
  }

  connectionClosed(): void {
    this.#openConnections -= 1;
  }

  transferBegan(): void {
    this.#activeTransfers += 1;
    this.#peakTransfers = Math.max(this.#peakTransfers, this.#activeTransfers);
  }

  transferEnded(aborted: boolean): void {
    this.#activeTransfers -= 1;
    if (aborted) this.#abortedTransfers += 1;
  }

  get openConnections(): number {
    return this.#openConnections;
  }

  get activeTransfers(): number {
    return this.#activeTransfers;
  }

  snapshot(): EmulatorCounts {
    return {
      api: Object.fromEntries(this.#api),
      apiCalls: [...this.#api.values()].reduce((sum, calls) => sum + calls, 0),
      floodAnswers: this.#floodAnswers,
      locks: Object.fromEntries(this.#locks),
      uploadNode: Object.fromEntries(this.#uploadNode),
      storageRequests: this.#storageRequests,
      storageStatuses: Object.fromEntries(this.#storageStatuses),
      storageBytes: this.#storageBytes,
      openConnections: this.#openConnections,
      peakConnections: this.#peakConnections,
      activeTransfers: this.#activeTransfers,
      peakTransfers: this.#peakTransfers,
      abortedTransfers: this.#abortedTransfers,
      files: Object.fromEntries([...this.#files].map(([url, counts]) => [url, { ...counts }])),
    };
  }

  /** Starts over; what is open stays counted as open. */
  reset(): void {
    this.#api = new Map();
    this.#floodAnswers = 0;
    this.#locks = new Map();
    this.#uploadNode = new Map();
    this.#storageRequests = 0;
    this.#storageStatuses = new Map();
    this.#storageBytes = 0;
    this.#peakConnections = this.#openConnections;
    this.#peakTransfers = this.#activeTransfers;
    this.#abortedTransfers = 0;
    this.#files = new Map();
  }

  #fileOf(url: string): { requests: number; bytes: number } {
    let counts = this.#files.get(url);
    if (counts === undefined) this.#files.set(url, (counts = { requests: 0, bytes: 0 }));
    return counts;
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
