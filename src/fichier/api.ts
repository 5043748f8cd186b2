/** Who waits for a call. Earlier in this list goes first when the API's budget is short. */
export type Priority = 'viewer' | 'browse' | 'crawl' | 'prefetch';

const URGENCY: Readonly<Record<Priority, number>> = { viewer: 0, browse: 1, crawl: 2, prefetch: 3 };

export function isMoreUrgent(one: Priority, other: Priority): boolean {
  return URGENCY[one] < URGENCY[other];
}

export interface CallOptions {
  readonly priority: Priority;
  /** Gives the call up: one still queued is never sent. */
  readonly signal?: AbortSignal | undefined;
  /** Told once when the call leaves the queue: giving it up from then on saves nothing. */
  readonly onSent?: (() => void) | undefined;
}

export interface RemoteFile {
  /** The 1fichier page address; the file's identity, unchanged by rename and move. */
  readonly url: string;
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  /** Upload time, ms since the epoch (the API's French local time converted); null when absent or unreadable. */
  readonly uploadedAt: number | null;
  /** Whirlpool, 128 lower-case hex digits. */
  readonly checksum: string | null;
  readonly contentType: string | null;
}

export interface RemoteFolder {
  /** Numeric id; 0 is the root. */
  readonly id: number;
  readonly name: string;
  readonly createdAt: number | null;
}

export interface FolderListing {
  readonly folder: RemoteFolder;
  readonly folders: readonly RemoteFolder[];
  readonly files: readonly RemoteFile[];
  /**
   * Whether the listing can be taken as all there is: it agrees with the count it states itself and is below
   * the API's cap of 5,000 items. What an incomplete listing lacks must not be taken as gone.
   */
  readonly complete: boolean;
  /** Why `complete` is false. */
  readonly flaw: 'at-cap' | 'count-mismatch' | 'no-count' | null;
}

export interface Account {
  readonly email: string | null;
  readonly offer: 'free' | 'premium' | 'access' | 'premium-gold' | 'unknown';
  /** End of the subscription, ms since the epoch. */
  readonly subscriptionEnd: number | null;
  /** CDN credit, GB. */
  readonly cdnCreditGb: number | null;
  /** Hot and cold storage in use, bytes. */
  readonly usedBytes: number | null;
  readonly availableBytes: number | null;
}

export interface FileDetails extends RemoteFile {
  readonly folderId: number | null;
  readonly path: string | null;
}

/**
 * The calls the bridge makes. Every method rejects with a BridgeError: `api-key-invalid`, `not-premium`,
 * `rate-limited`, `flood-locked`, `location-conflict`, `network-refused`, `folder-not-found`, `file-not-found`,
 * `file-refused`, `file-too-large`, `upstream-unavailable`, `malformed-answer`, `upstream-refused` or `cancelled`.
 */
export interface FichierApi {
  account(options: CallOptions): Promise<Account>;
  /** Files and folders of one folder in one call. */
  listFolder(folderId: number, options: CallOptions): Promise<FolderListing>;
  fileInfo(url: string, options: CallOptions): Promise<FileDetails>;
  /** Mints a direct link that allows many range requests. The link is a secret. */
  getLink(url: string, options: CallOptions): Promise<string>;
}

/** Body of an upload. The API takes no chunked encoding and no empty file (API document 2.17). */
export interface UploadSource {
  readonly filename: string;
  /** Bytes, exactly what `chunks` will give; at most 300 GB. */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Told of bytes sent so far. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
}

/** One request to fetch addresses; times in ms since the epoch. */
export interface RemoteUpload {
  readonly id: number;
  readonly requestedAt: number | null;
  /** Null while pending. */
  readonly executedAt: number | null;
}

export interface RemoteUploadStatus extends RemoteUpload {
  readonly results: readonly {
    readonly source: string;
    readonly ok: boolean;
    readonly url: string | null;
    readonly message: string;
  }[];
}

/**
 * The calls that change the account. They reject as those of FichierApi do, and with `name-refused`,
 * `name-taken`, `folder-not-empty`, `quota-exceeded`, `file-empty` or `upload-unconfirmed`.
 * None is sent twice on its own: only the caller knows whether that is safe.
 */
export interface FichierWriteApi {
  makeFolder(parentId: number, name: string, options: CallOptions): Promise<number>;
  renameFile(url: string, name: string, options: CallOptions): Promise<void>;
  /** Resolves with the address of the file, the same as before as far as is known. */
  moveFile(url: string, folderId: number, options: CallOptions): Promise<string>;
  /** Resolves with the address of the copy. */
  copyFile(url: string, folderId: number, name: string | null, options: CallOptions): Promise<string>;
  removeFile(url: string, options: CallOptions): Promise<void>;
  renameFolder(folderId: number, name: string, options: CallOptions): Promise<void>;
  moveFolder(folderId: number, parentId: number, options: CallOptions): Promise<void>;
  /** Only an empty folder can be removed. */
  removeFolder(folderId: number, options: CallOptions): Promise<void>;
  upload(folderId: number, source: UploadSource, options: CallOptions): Promise<RemoteFile>;
  /** Asks 1fichier to fetch addresses; resolves with the id of the request. */
  requestRemoteUpload(urls: readonly string[], folderId: number, options: CallOptions): Promise<number>;
  /** Every such request that 1fichier still knows of. */
  remoteUploads(options: CallOptions): Promise<readonly RemoteUpload[]>;
  remoteUploadStatus(id: number, options: CallOptions): Promise<RemoteUploadStatus>;
}

/** What the pacer knows about the API's goodwill; shown in status pages and metrics. */
export interface ApiBudget {
  /** ms since the epoch until which no call is sent, or null. */
  readonly lockedUntil: number | null;
  readonly lockReason: string | null;
  readonly queued: Readonly<Record<Priority, number>>;
  /** Calls per second allowed at the moment. */
  readonly callsPerSecond: number;
  /** Calls sent since the start, by method name. */
  readonly calls: Readonly<Record<string, number>>;
}
