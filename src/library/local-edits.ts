import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { transaction } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { Catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';
import type { EntryTable } from './entry-table.ts';
import type { LibraryChange } from './library.ts';
import { fileIdentity, folderIdentity } from './remote-item.ts';
import type { RemoteItem } from './remote-item.ts';

/** Listings lag behind writes by seconds (API document section 5, number 24); taken with room to spare, ms. */
const SETTLE_MS = 180_000;

/** Enters what the bridge itself did to the account, and keeps lagging listings from undoing it. */
export class LocalEdits {
  readonly #database: Database;
  readonly #entries: EntryTable;
  readonly #catalogue: Catalogue;
  readonly #clock: Clock;
  readonly #onChange: (change: LibraryChange) => void;
  readonly #withhold: Query;
  readonly #admit: Query;

  constructor(
    database: Database,
    entries: EntryTable,
    catalogue: Catalogue,
    clock: Clock,
    onChange: (change: LibraryChange) => void,
  ) {
    this.#database = database;
    this.#entries = entries;
    this.#catalogue = catalogue;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#withhold = new Query(database, 'INSERT OR REPLACE INTO withheld (identity, until) VALUES (?, ?)');
    this.#admit = new Query(database, 'DELETE FROM withheld WHERE identity = ?');
  }

  /** Puts an entry, new or known, into a folder under its remote name, in the place of `replaced` if given. */
  put(folderId: number, item: RemoteItem, replaced?: Entry): Entry {
    const now = this.#clock.now();
    const before = this.#entries.find(item)?.parent_id ?? null;
    transaction(this.#database, () => {
      if (replaced !== undefined) this.#drop(replaced, now);
      this.#admit.run(item.identity);
      const known = this.#entries.find(item);
      const placement = { remoteName: item.remoteName, known, item, settlesAt: now + SETTLE_MS };
      this.#entries.place(folderId, [placement], now);
    });
    this.#onChange({ folderIds: [...new Set([folderId, before ?? folderId])] });
    const entry =
      item.fileId === null
        ? this.#catalogue.folderById(item.folderId ?? 0)
        : this.#catalogue.fileById(item.fileId);
    if (entry === null) throw new BridgeError('internal', 'an entry is not where it was just put');
    return entry;
  }

  remove(entry: Entry): void {
    transaction(this.#database, () => this.#drop(entry, this.#clock.now()));
    if (entry.parentId !== null) this.#onChange({ folderIds: [entry.parentId] });
  }

  #drop(entry: Entry, now: number): void {
    const identity = entry.kind === 'file' ? fileIdentity(entry.id) : folderIdentity(entry.id);
    this.#withhold.run(identity, now + SETTLE_MS);
    const known = this.#entries.find(
      entry.kind === 'file' ? { fileId: entry.id, folderId: null } : { fileId: null, folderId: entry.id },
    );
    if (known !== undefined) this.#entries.remove(known);
  }
}
