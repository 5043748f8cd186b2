import type { Priority } from '../fichier/api.ts';
import type { Entry, FileEntry, FolderEntry } from './entry.ts';

export interface ListOrder {
  /** `name` is the natural order: "Episode 2" before "Episode 10". Folders always come first. */
  readonly by: 'name' | 'size' | 'date';
  readonly descending: boolean;
}

export interface Contents {
  readonly folders: number;
  readonly files: number;
  /** Sum of the sizes of the files, bytes. */
  readonly bytes: number;
}

export type MediaKind = 'video' | 'audio' | 'image' | 'subtitle' | 'other';

export interface SearchQuery {
  /** Words that must all occur in the name, in any order, whatever their case and accents. */
  readonly text: string;
  readonly kind?: MediaKind | 'folder' | undefined;
  /** Most entries to return. */
  readonly limit: number;
}

export interface FoundEntry {
  readonly entry: Entry;
  readonly path: string;
}

/** What differs since a cursor that an earlier ChangeSet gave; cursor 0 is the beginning of time. */
export interface ChangeSet {
  /** Pass it to the next call. */
  readonly cursor: number;
  /** Files that are new or whose bytes, name or path differ; each once, with its path of now. */
  readonly changed: Iterable<FoundEntry & { readonly entry: FileEntry }>;
  /** Ids of the files whose removal a second look has confirmed. */
  readonly removed: Iterable<string>;
  /** False when the cursor is older than what the change log still knows: compare everything. */
  readonly continuous: boolean;
}

export interface CrawlStatus {
  readonly state: 'idle' | 'crawling' | 'waiting' | 'stopped';
  readonly foldersKnown: number;
  readonly foldersListed: number;
  readonly filesKnown: number;
  /** Folders still to read before every known folder has been read in this round. */
  readonly foldersPending: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly lastError: string | null;
  /** Folders at the API's cap of 5,000 files, whose listings cannot be complete. */
  readonly foldersAtCap: number;
  /** Entries that the last look did not show and that are still served until a second look confirms. */
  readonly entriesMissing: number;
}

export interface RefreshRequest {
  /** Also every folder below. */
  readonly recursive: boolean;
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** What one event says: something below or at these folders is different now. */
export interface LibraryChange {
  readonly folderIds: readonly number[];
}

/** The mirror of the account as everyone else sees it. Reads are synchronous and never call 1fichier. */
export interface Library {
  root(): FolderEntry;
  /** The entry at a path of decoded names, '/' the root; a trailing slash is allowed. Null: no such entry. */
  entryAt(path: string): Entry | null;
  fileById(id: string): FileEntry | null;
  folderById(id: number): FolderEntry | null;
  /** '/' and decoded names; the root is '/'. */
  pathOf(entry: Entry): string;
  /** The entries of one folder, read in pages while the caller goes on; bounded memory for any folder. */
  children(folderId: number, order?: ListOrder): Iterable<Entry>;
  contents(folderId: number): Contents;
  /** Every file at and below a folder, depth first in natural order, read in pages. */
  filesBelow(folderId: number): Iterable<FoundEntry & { readonly entry: FileEntry }>;
  search(query: SearchQuery): readonly FoundEntry[];
  changesSince(cursor: number): ChangeSet;
  crawlStatus(): CrawlStatus;

  /** Someone looks at this folder: when its listing is stale it is read again in the background, first of all. */
  noteOpened(folderId: number): void;
  /** Reads a folder's listing as soon as the API stands it, within a minute. Rejects with a BridgeError of FichierApi. */
  refresh(folderId: number, request: RefreshRequest): Promise<void>;
  /** The returned function ends the subscription. */
  onChange(listener: (change: LibraryChange) => void): () => void;
}

/**
 * Changes to the account that show in the library at once. Every method rejects with a BridgeError. Names are those that
 * a person gave: what 1fichier refuses in them is kept by look-alikes.
 */
export interface LibraryWriter {
  /**
   * Refuses a name in a folder when something other than `except` has it already, in whatever case.
   *
   * @throws BridgeError `name-taken`, or `folder-not-found`.
   */
  requireRoom(parentId: number, name: string, except?: Entry): void;
  makeFolder(parentId: number, name: string, signal?: AbortSignal): Promise<FolderEntry>;
  /** Moves and renames; the entry keeps its id. */
  move(entry: Entry, parentId: number, name: string, signal?: AbortSignal): Promise<Entry>;
  copy(file: FileEntry, parentId: number, name: string, signal?: AbortSignal): Promise<FileEntry>;
  /** A folder goes with all that is in it. */
  remove(entry: Entry, signal?: AbortSignal): Promise<void>;
  upload(parentId: number, name: string, body: UploadBody, signal?: AbortSignal): Promise<FileEntry>;
}

export interface UploadBody {
  /** Bytes; 1fichier takes no upload of unknown length, nor an empty one. */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** A file of the same name that the new one takes the place of, once the upload has succeeded. */
  readonly replaces?: FileEntry | undefined;
}
