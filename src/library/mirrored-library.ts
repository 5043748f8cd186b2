import type { Clock } from '../clock.ts';
import type { FichierApi, FichierWriteApi } from '../fichier/api.ts';
import type { Database } from '../store/database.ts';
import { AccountWriter } from './account-writer.ts';
import { prepareRoot } from './catalogue-root.ts';
import { Catalogue } from './catalogue.ts';
import { ChangeLog } from './change-log.ts';
import { CrawlSchedule } from './crawl-schedule.ts';
import type { CrawlIntervals } from './crawl-schedule.ts';
import { Crawler } from './crawler.ts';
import type { Entry, FileEntry, FolderEntry } from './entry.ts';
import { EntryTable } from './entry-table.ts';
import type {
  ChangeSet,
  Contents,
  CrawlStatus,
  FoundEntry,
  Library,
  LibraryChange,
  ListOrder,
  RefreshRequest,
  SearchQuery,
} from './library.ts';
import { LocalEdits } from './local-edits.ts';
import { Mirror } from './mirror.ts';
import type { MirrorSettings } from './mirror.ts';
import { SearchIndex } from './search-index.ts';

export interface LibrarySettings extends MirrorSettings, CrawlIntervals {
  /** Age from which a folder that someone opens is read again, ms. */
  readonly staleAfterMs: number;
}

export const defaultLibrarySettings: LibrarySettings = {
  confirmGoneAfterMs: 5 * 60_000,
  confirmShrunkenAfterMs: 30 * 60_000,
  roundMs: 6 * 3_600_000,
  activeMs: 3_600_000,
  staleAfterMs: 60_000,
};

export interface LibraryParts {
  /** Opened with `catalogueSchema`. */
  readonly database: Database;
  readonly api: FichierApi & FichierWriteApi;
  readonly clock: Clock;
  /** See `resolveRoot`. */
  readonly rootId: number;
  readonly settings: LibrarySettings;
  /** Told what a listener of `onChange` threw; the other listeners and the crawl go on. */
  readonly onListenerFailure?: (error: unknown) => void;
}

/** The library from a catalogue on disk: it serves what is there at once, and crawls from `start` to `stop`. */
export class MirroredLibrary implements Library {
  /** Writes through to the account. */
  readonly writer: AccountWriter;
  readonly #catalogue: Catalogue;
  readonly #changes: ChangeLog;
  readonly #search: SearchIndex;
  readonly #mirror: Mirror;
  readonly #clock: Clock;
  readonly #crawler: Crawler;
  readonly #listeners = new Set<(change: LibraryChange) => void>();

  constructor({ database, api, clock, rootId, settings, onListenerFailure }: LibraryParts) {
    prepareRoot(database, rootId, clock.now());
    const onChange = (change: LibraryChange): void => {
      for (const listener of this.#listeners) {
        try {
          listener(change);
        } catch (error) {
          onListenerFailure?.(error);
        }
      }
    };
    const catalogue = new Catalogue(database, rootId);
    this.#catalogue = catalogue;
    this.#changes = new ChangeLog(database);
    this.#search = new SearchIndex(database, catalogue);
    const entries = new EntryTable(database, this.#changes);
    const mirror = new Mirror(database, rootId, entries, settings);
    this.#mirror = mirror;
    this.#clock = clock;
    const schedule = new CrawlSchedule(database, settings);
    const { staleAfterMs } = settings;
    this.#crawler = new Crawler({ api, catalogue, mirror, schedule, clock, onChange, staleAfterMs });
    const edits = new LocalEdits(database, entries, catalogue, clock, onChange);
    this.writer = new AccountWriter(api, catalogue, edits);
  }

  start(): void {
    this.#crawler.start();
  }

  stop(): Promise<void> {
    return this.#crawler.stop();
  }

  root(): FolderEntry {
    return this.#catalogue.root();
  }

  entryAt(path: string): Entry | null {
    return this.#catalogue.entryAt(path);
  }

  fileById(id: string): FileEntry | null {
    return this.#catalogue.fileById(id);
  }

  folderById(id: number): FolderEntry | null {
    return this.#catalogue.folderById(id);
  }

  pathOf(entry: Entry): string {
    return this.#catalogue.pathOf(entry);
  }

  children(folderId: number, order?: ListOrder): Iterable<Entry> {
    return this.#catalogue.children(folderId, order);
  }

  contents(folderId: number): Contents {
    return this.#catalogue.contents(folderId);
  }

  filesBelow(folderId: number): Iterable<FoundEntry & { readonly entry: FileEntry }> {
    return this.#catalogue.filesBelow(folderId);
  }

  search(query: SearchQuery): readonly FoundEntry[] {
    return this.#search.search(query);
  }

  changesSince(cursor: number): ChangeSet {
    return this.#changes.since(cursor, this.#catalogue);
  }

  crawlStatus(): CrawlStatus {
    return this.#crawler.status();
  }

  noteOpened(folderId: number): void {
    this.#crawler.noteOpened(folderId);
  }

  refresh(folderId: number, request: RefreshRequest): Promise<void> {
    return this.#crawler.refresh(folderId, request);
  }

  /** Whether the last look at its folder lacked a file that is still served. */
  isMissing(fileId: string): boolean {
    return this.#catalogue.isMissing(fileId);
  }

  /**
   * 1fichier, asked for a link, said that there is no such file. Its folder is read as viewers' calls are made, since it
   * tells in one call of all others that are gone as well. Rejects as `refresh` does.
   */
  async noteDenied(fileId: string): Promise<void> {
    const file = this.#catalogue.fileById(fileId);
    if (file === null) return;
    this.#mirror.deny(fileId, this.#clock.now());
    await this.refresh(file.parentId, { recursive: false, priority: 'viewer' });
  }

  onChange(listener: (change: LibraryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
