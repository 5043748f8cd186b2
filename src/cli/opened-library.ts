import type { AccountLibrary } from '../app/account-library.ts';
import { BridgeError } from '../errors.ts';
import type { RemoteUpload, RemoteUploadStatus } from '../fichier/api.ts';
import type { Entry, FileEntry, FolderEntry } from '../library/entry.ts';
import { readOnce, walkTo } from '../library/walk.ts';
import type { RunRecord } from '../strm/run-history.ts';
import type { StrmService } from '../strm/service.ts';
import type {
  LibraryAccess,
  ListedEntry,
  OutgoingFile,
  RefreshProgress,
  StrmOrder,
  StrmWatcher,
} from './library-access.ts';
import { nameOf, parentOf } from './remote-path.ts';

/** Opens what `strm sync` needs beyond the library, does `work` with it, and closes it again. */
export type StrmOpener = <T>(
  account: AccountLibrary,
  work: (service: StrmService) => Promise<T>,
) => Promise<T>;

/** Someone waits at the terminal. */
const WAITING = { priority: 'browse' } as const;

/** The library opened by the command itself. */
export class OpenedLibrary implements LibraryAccess {
  readonly #account: AccountLibrary;
  readonly #openStrm: StrmOpener;

  constructor(account: AccountLibrary, openStrm: StrmOpener) {
    this.#account = account;
    this.#openStrm = openStrm;
  }

  async *list(path: string): AsyncIterable<ListedEntry> {
    const { library } = this.#account;
    const folder = await this.#folderAt(path);
    await readOnce(library, folder);
    for (const entry of library.children(folder.id)) yield this.#describe(entry);
  }

  async directLink(path: string): Promise<string> {
    const entry = await this.#walkTo(path);
    if (entry?.kind !== 'file') throw new BridgeError('file-not-found', `the library has no file ${path}`);
    return (await this.#account.links.get(entry.url, { priority: 'viewer' })).address;
  }

  async refresh(path: string, recursive: boolean): Promise<void> {
    const folder = await this.#folderAt(path);
    await this.#account.library.refresh(folder.id, { recursive, priority: 'browse' });
  }

  async entryAt(path: string): Promise<ListedEntry | null> {
    const entry = await this.#walkTo(path);
    return entry === null ? null : this.#describe(entry);
  }

  async makeFolder(path: string): Promise<void> {
    const parent = await this.#folderAt(parentOf(path));
    await readOnce(this.#account.library, parent);
    await this.#account.library.writer.makeFolder(parent.id, nameOf(path));
  }

  async move(from: string, to: string): Promise<void> {
    const entry = await this.#existing(from);
    const parent = await this.#folderAt(parentOf(to));
    await readOnce(this.#account.library, parent);
    await this.#account.library.writer.move(entry, parent.id, nameOf(to));
  }

  async remove(path: string): Promise<void> {
    await this.#account.library.writer.remove(await this.#existing(path));
  }

  async upload(path: string, file: OutgoingFile, signal?: AbortSignal): Promise<ListedEntry> {
    const { size, chunks, replace } = file;
    const parent = await this.#folderAt(parentOf(path));
    const there = await this.#walkTo(path);
    const replaces: FileEntry | undefined = replace && there?.kind === 'file' ? there : undefined;
    const body = { size, chunks, replaces };
    const { writer } = this.#account.library;
    return this.#describe(await writer.upload(parent.id, nameOf(path), body, signal));
  }

  async requestRemoteUpload(urls: readonly string[], folder: string): Promise<number> {
    const { id } = await this.#folderAt(folder);
    return this.#account.api.requestRemoteUpload(urls, id, WAITING);
  }

  remoteUploads(): Promise<readonly RemoteUpload[]> {
    return this.#account.api.remoteUploads(WAITING);
  }

  remoteUploadStatus(id: number): Promise<RemoteUploadStatus> {
    return this.#account.api.remoteUploadStatus(id, WAITING);
  }

  progress(): Promise<RefreshProgress> {
    const foldersRead = this.#account.api.budget().calls['listFolder'] ?? 0;
    return Promise.resolve({ foldersRead, foldersKnown: this.#account.library.crawlStatus().foldersKnown });
  }

  syncStrm(order: StrmOrder, watcher: StrmWatcher): Promise<readonly RunRecord[]> {
    return this.#openStrm(this.#account, (service) => service.sync({ ...order, ...watcher }));
  }

  close(): Promise<void> {
    return this.#account.close();
  }

  async #folderAt(path: string): Promise<FolderEntry> {
    const entry = await this.#walkTo(path);
    if (entry?.kind !== 'folder')
      throw new BridgeError('folder-not-found', `the library has no folder ${path}`);
    return entry;
  }

  async #existing(path: string): Promise<Entry> {
    const entry = await this.#walkTo(path);
    if (entry === null) throw new BridgeError('file-not-found', `the library has no ${path}`);
    return entry;
  }

  #walkTo(path: string): Promise<Entry | null> {
    return walkTo(this.#account.library, path);
  }

  #describe(entry: Entry): ListedEntry {
    const { kind, name, modifiedAt } = entry;
    const size = entry.kind === 'file' ? entry.size : null;
    const checksum = entry.kind === 'file' ? entry.checksum : null;
    const path = this.#account.library.pathOf(entry);
    const listedAt = entry.kind === 'folder' ? entry.listedAt : null;
    return { kind, path, name, size, modifiedAt, id: String(entry.id), checksum, listedAt };
  }
}
