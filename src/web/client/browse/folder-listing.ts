import { signal } from '@preact/signals';
import { asFailure, isAbort, type ApiClient, type RequestFailure } from '../api/client.ts';
import type { Entry, FolderEntry, Listing } from '../api/types.ts';
import type { SortBy } from '../preferences/preferences.ts';

export interface ListingOrder {
  readonly path: string;
  readonly sortBy: SortBy;
  readonly descending: boolean;
}

/** Enough for the first screen of any size; the rest follows in larger pages. */
const FIRST_PAGE = 200;
const PAGE = 1000;

/** The entries of one folder, which come page by page while the first are already shown. */
export class FolderListing {
  readonly folder = signal<FolderEntry | null>(null);
  readonly contents = signal<Listing['contents'] | null>(null);
  readonly entries = signal<readonly Entry[]>([]);
  /** Whether `entries` is all of the folder. */
  readonly isComplete = signal(false);
  readonly failure = signal<RequestFailure | null>(null);
  readonly #api: ApiClient;
  readonly #order: ListingOrder;
  #loading: AbortController | null = null;

  constructor(api: ApiClient, order: ListingOrder) {
    this.#api = api;
    this.#order = order;
  }

  /** Reads the folder; what an earlier reading gave stays until the new one can take its place. */
  async load(): Promise<void> {
    this.stop();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      await this.#readPages(loading.signal);
      this.failure.value = null;
    } catch (error) {
      if (!isAbort(error)) this.failure.value = asFailure(error);
    }
  }

  stop(): void {
    this.#loading?.abort();
  }

  async #readPages(abort: AbortSignal): Promise<void> {
    const isFirstTime = this.entries.value.length === 0;
    const read: Entry[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const limit: number = offset === 0 ? FIRST_PAGE : PAGE;
      const page: Listing = await this.#page(offset, limit, abort);
      read.push(...page.entries);
      offset = page.nextOffset;
      if (isFirstTime || offset === null) this.#show(page, read, offset === null);
    }
  }

  #page(offset: number, limit: number, abort: AbortSignal): Promise<Listing> {
    const { path, sortBy, descending } = this.#order;
    const parameters = { path, sort: sortBy, order: descending ? 'desc' : 'asc', offset, limit };
    return this.#api.get<Listing>('entries', parameters, { signal: abort });
  }

  #show(page: Listing, read: readonly Entry[], isComplete: boolean): void {
    this.folder.value = page.folder;
    this.contents.value = page.contents;
    this.entries.value = [...read];
    this.isComplete.value = isComplete;
  }
}

const MOST_KEPT = 8;

/** Folders looked at lately, so that the way back is instant. */
export class FolderListings {
  readonly #api: ApiClient;
  readonly #kept = new Map<string, FolderListing>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  get(order: ListingOrder): FolderListing {
    const key = JSON.stringify([order.path, order.sortBy, order.descending]);
    const listing = this.#kept.get(key) ?? new FolderListing(this.#api, order);
    this.#kept.delete(key);
    this.#kept.set(key, listing);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return listing;
  }
}
