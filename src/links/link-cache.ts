import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { BridgeError, asBridgeError } from '../errors.ts';
import type { CallOptions, FichierApi } from '../fichier/api.ts';
import { SharedCall } from '../fichier/shared-call.ts';
import { DenialRation } from './denial-ration.ts';
import { FailureMemory } from './failure-memory.ts';
import { isWithinLifetime, type LinkLifetime } from './lifetime.ts';
import type { DirectLink, LinkRequest, LinkSource } from './link.ts';
import type { LinkRecord, LinkStore } from './link-store.ts';
import { LinkTrials, type LinkUse } from './link-trials.ts';

export interface LinkCacheOptions {
  readonly api: Pick<FichierApi, 'getLink'>;
  readonly clock: Clock;
  readonly store: LinkStore;
  readonly lifetime: LinkLifetime;
  /** Most files whose links are kept in memory. */
  readonly capacity?: number | undefined;
  /** Told when the store fails (disk full, damaged); links are then kept in memory only. */
  readonly onStoreFailure: (error: BridgeError) => void;
  /** Told of a file that 1fichier does not know, whenever it says so. */
  readonly onFileGone?: ((fileUrl: string) => void) | undefined;
  /** Whether the last look at its folder lacked a file. */
  readonly isMissing?: ((fileUrl: string) => boolean) | undefined;
}

/** Counts since the start, for metrics. */
export interface LinkStats {
  readonly minted: number;
  readonly reused: number;
  readonly refused: number;
  readonly failed: number;
  /** Oldest age at which a link still served bytes (ms); null: none did yet. */
  readonly longestServedMs: number | null;
  /** Youngest age at which a link that had served bytes was refused (ms): what a link really lives. */
  readonly shortestRefusedMs: number | null;
}

const DEFAULT_CAPACITY = 10_000;
/** After this many links refused in a row without a byte served, no more are minted for a while. */
const MOST_REFUSALS_IN_A_ROW = 3;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;
/** A link's last use is written at most this often. */
const USE_WRITE_INTERVAL_MS = 60_000;
const KEPT_ON_DISK_MS = 7 * 24 * 3_600_000;
const UNKNOWN: LinkRecord = { link: null, firstUsedAt: null, lastUsedAt: null, refusals: 0 };

/** Direct links in memory, on disk behind it, and from the API when neither has one that lives. */
export class LinkCache implements LinkSource {
  readonly #api: Pick<FichierApi, 'getLink'>;
  readonly #clock: Clock;
  readonly #store: LinkStore;
  readonly #lifetime: LinkLifetime;
  readonly #onStoreFailure: (error: BridgeError) => void;
  readonly #onFileGone: ((fileUrl: string) => void) | undefined;
  readonly #isMissing: (fileUrl: string) => boolean;
  readonly #denials: DenialRation;
  readonly #records: LRUCache<string, LinkRecord>;
  /** Addresses, by file, of links that are used only where no other is to be had. */
  readonly #doubted: LRUCache<string, string>;
  readonly #failures: FailureMemory;
  readonly #trials = new LinkTrials();
  readonly #mints = new Map<string, SharedCall<DirectLink>>();
  readonly #stats = { minted: 0, reused: 0, refused: 0, failed: 0 };
  #longestServedMs: number | null = null;
  #shortestRefusedMs: number | null = null;

  constructor(options: LinkCacheOptions) {
    const capacity = options.capacity ?? DEFAULT_CAPACITY;
    this.#api = options.api;
    this.#clock = options.clock;
    this.#store = options.store;
    this.#lifetime = options.lifetime;
    this.#onStoreFailure = options.onStoreFailure;
    this.#onFileGone = options.onFileGone;
    this.#isMissing = options.isMissing ?? ((): boolean => false);
    this.#denials = new DenialRation(options.clock);
    this.#records = new LRUCache({ max: capacity });
    this.#doubted = new LRUCache({ max: capacity });
    this.#failures = new FailureMemory(options.clock, capacity);
    this.#withStore(() => this.#store.removeOlderThan(this.#clock.now() - KEPT_ON_DISK_MS));
  }

  async get(fileUrl: string, request: LinkRequest): Promise<DirectLink> {
    const { link, firstUsedAt } = this.#record(fileUrl);
    if (
      link !== null &&
      this.#doubted.get(fileUrl) !== link.address &&
      isWithinLifetime({ mintedAt: link.mintedAt, firstUsedAt }, this.#clock.now(), this.#lifetime)
    ) {
      return this.#reuse(link);
    }
    try {
      return await this.#mint(fileUrl, request);
    } catch (thrown) {
      const error = asBridgeError(thrown);
      // An older link that nobody has refused may well work while the API is locked (API document section 5, 5).
      const older = this.#record(fileUrl).link;
      if (older !== null && error.retryable && error.kind !== 'cancelled') return this.#reuse(older);
      throw error;
    }
  }

  async use(fileUrl: string, link: DirectLink, signal: AbortSignal): Promise<LinkUse | null> {
    const isKept = (): boolean => this.#record(fileUrl).link?.address === link.address;
    const isFresh = (): boolean => isKept() && this.#record(fileUrl).firstUsedAt === null;
    const use = await this.#trials.enter(link.address, isFresh, signal);
    return isKept() ? use : null;
  }

  refuse(fileUrl: string, link: DirectLink): void {
    const record = this.#record(fileUrl);
    if (record.link?.address !== link.address) return;
    this.#stats.refused += 1;
    const now = this.#clock.now();
    if (record.firstUsedAt !== null) {
      this.#shortestRefusedMs = Math.min(this.#shortestRefusedMs ?? Infinity, now - link.mintedAt);
    }
    const refusals = record.firstUsedAt === null ? record.refusals + 1 : 0;
    this.#keep(fileUrl, { ...UNKNOWN, refusals });
    if (refusals >= MOST_REFUSALS_IN_A_ROW) this.#pauseMinting(fileUrl, refusals);
  }

  doubt(fileUrl: string, link: DirectLink): void {
    if (this.#record(fileUrl).link?.address === link.address) this.#doubted.set(fileUrl, link.address);
  }

  accept(fileUrl: string, link: DirectLink): void {
    const record = this.#record(fileUrl);
    if (record.link?.address !== link.address) return;
    this.#doubted.delete(fileUrl);
    const now = this.#clock.now();
    this.#longestServedMs = Math.max(this.#longestServedMs ?? 0, now - link.mintedAt);
    if (record.lastUsedAt !== null && Math.abs(now - record.lastUsedAt) < USE_WRITE_INTERVAL_MS) return;
    this.#keep(fileUrl, { link, firstUsedAt: record.firstUsedAt ?? now, lastUsedAt: now, refusals: 0 });
  }

  stats(): LinkStats {
    return {
      ...this.#stats,
      longestServedMs: this.#longestServedMs,
      shortestRefusedMs: this.#shortestRefusedMs,
    };
  }

  #reuse(link: DirectLink): DirectLink {
    this.#stats.reused += 1;
    return link;
  }

  async #mint(fileUrl: string, request: LinkRequest): Promise<DirectLink> {
    const failure = this.#failures.recall(fileUrl) ?? this.#rationed(fileUrl);
    if (failure !== null) throw failure;
    let mint = this.#mints.get(fileUrl);
    if (mint === undefined) {
      mint = new SharedCall(
        (options) => this.#call(fileUrl, options),
        () => this.#mints.delete(fileUrl),
      );
      this.#mints.set(fileUrl, mint);
    }
    return mint.join(request);
  }

  #rationed(fileUrl: string): BridgeError | null {
    const refusal = this.#denials.refusal();
    // Asked last: it looks into the catalogue.
    return refusal !== null && this.#isMissing(fileUrl) ? refusal : null;
  }

  async #call(fileUrl: string, options: CallOptions): Promise<DirectLink> {
    try {
      const address = await this.#api.getLink(fileUrl, options);
      const link = { address, mintedAt: this.#clock.now() };
      this.#stats.minted += 1;
      this.#failures.forget(fileUrl);
      this.#keep(fileUrl, { ...UNKNOWN, link, refusals: this.#record(fileUrl).refusals });
      return link;
    } catch (thrown) {
      const error = asBridgeError(thrown);
      if (error.kind !== 'cancelled') {
        this.#stats.failed += 1;
        this.#failures.remember(fileUrl, error);
      }
      if (error.kind === 'file-not-found') {
        this.#denials.spend();
        this.#onFileGone?.(fileUrl);
      }
      throw error;
    }
  }

  #pauseMinting(fileUrl: string, refusals: number): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (refusals - MOST_REFUSALS_IN_A_ROW), LONGEST_PAUSE_MS);
    const message = `the storage host refused ${refusals} fresh links of this file in a row`;
    this.#failures.remember(
      fileUrl,
      new BridgeError('link-refused', message, { retryAt: this.#clock.now() + pauseMs }),
    );
  }

  #record(fileUrl: string): LinkRecord {
    const inMemory = this.#records.get(fileUrl);
    if (inMemory !== undefined) return inMemory;
    const record = this.#withStore(() => this.#store.find(fileUrl)) ?? UNKNOWN;
    this.#records.set(fileUrl, record);
    return record;
  }

  #keep(fileUrl: string, record: LinkRecord): void {
    this.#records.set(fileUrl, record);
    this.#withStore(() => this.#store.save(fileUrl, record, this.#clock.now()));
  }

  #withStore<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#onStoreFailure(asBridgeError(error));
      return null;
    }
  }
}
