import type { AccountLibrary } from '../app/account-library.ts';
import { BridgeError } from '../errors.ts';
import type { Entry, FolderEntry } from '../library/entry.ts';
import type { RunRecord } from '../strm/run-history.ts';
import type { StrmService } from '../strm/service.ts';
import type {
  LibraryAccess,
  ListedEntry,
  RefreshProgress,
  StrmOrder,
  StrmWatcher,
} from './library-access.ts';

/** Opens what `strm sync` needs beyond the library, does `work` with it, and closes it again. */
export type StrmOpener = <T>(
  account: AccountLibrary,
  work: (service: StrmService) => Promise<T>,
) => Promise<T>;

/** The library opened by the command itself: a folder that was never read is read on the way. */
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
    await this.#readOnce(folder);
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

  async #walkTo(path: string): Promise<Entry | null> {
    const { library } = this.#account;
    let known = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      const parent = library.entryAt(known === '' ? '/' : known);
      if (parent?.kind !== 'folder') return null;
      await this.#readOnce(parent);
      known = `${known}/${name}`;
    }
    return library.entryAt(known === '' ? '/' : known);
  }

  async #readOnce(folder: FolderEntry): Promise<void> {
    if (folder.listedAt !== null) return;
    await this.#account.library.refresh(folder.id, { recursive: false, priority: 'browse' });
  }

  #describe(entry: Entry): ListedEntry {
    const { kind, name, modifiedAt } = entry;
    const size = entry.kind === 'file' ? entry.size : null;
    const path = this.#account.library.pathOf(entry);
    return { kind, path, name, size, modifiedAt, id: String(entry.id) };
  }
}
