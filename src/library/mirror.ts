import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FolderListing } from '../fichier/api.ts';
import { transaction } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import type { EntryTable, KnownEntry, Placement } from './entry-table.ts';
import { collisionKey, safeName } from './names.ts';
import { fileIdentity, folderIdentity, itemsOf } from './remote-item.ts';
import type { RemoteItem } from './remote-item.ts';

export interface MirrorSettings {
  /** How long after a first look lacked an entry a second one may confirm that it is gone, ms. */
  readonly confirmGoneAfterMs: number;
  /** The same where a listing lost so much that it is more likely wrong, ms. */
  readonly confirmShrunkenAfterMs: number;
}

export interface AppliedListing {
  /** Folders whose entries are different now. */
  readonly changedFolders: readonly number[];
  /** When the folder should be read again to confirm what is gone, ms since the epoch; null: nothing is. */
  readonly confirmAt: number | null;
}

/** How long 1fichier's word that there is no such file counts, ms. */
const DENIAL_COUNTS_MS = 3_600_000;

/** A listing that lost more than half of a folder, and more entries than this, is more likely wrong than true. */
const FEW = 10;

/** Newcomers written in one go: some ten milliseconds, in which the process does nothing else. */
const SLICE = 200;

/** What is said of a folder, by a whole listing or by a part of one. */
interface Look {
  readonly folderId: number;
  readonly items: readonly RemoteItem[];
  /** Whether the folder has nothing beside `items`. */
  readonly isComplete: boolean;
  /** How many of the folder's entries earlier parts of the same listing have brought. */
  readonly added: number;
}

/** Brings the catalogue in line with listings, under the rule that no single look ever deletes. */
export class Mirror {
  readonly #database: Database;
  readonly #rootId: number;
  readonly #entries: EntryTable;
  readonly #settings: MirrorSettings;
  readonly #parent: Query<{ parent_id: number | null }>;
  readonly #withheld: Query<{ identity: string }>;
  readonly #lapse: Query;

  constructor(database: Database, rootId: number, entries: EntryTable, settings: MirrorSettings) {
    this.#database = database;
    this.#rootId = rootId;
    this.#entries = entries;
    this.#settings = settings;
    this.#parent = new Query(database, 'SELECT parent_id FROM entry WHERE folder_id = ?');
    this.#withheld = new Query(database, 'SELECT identity FROM withheld');
    this.#lapse = new Query(database, 'DELETE FROM withheld WHERE until <= ?');
  }

  /**
   * Applies a folder's listing and lets other work run in between when it brings many newcomers: they are added in
   * several transactions before the one that settles everything else. A crash, or a failure, between two of them
   * leaves what an incomplete listing would: entries that are there, in a folder that is still to be read.
   *
   * @param takenAt when its call was sent, ms since the epoch: what was written later is not in it.
   * @throws BridgeError `disk-full`.
   */
  async applyInSlices(folderId: number, listing: FolderListing, takenAt: number): Promise<AppliedListing> {
    const changed = new Set<number>();
    const items = itemsOf(listing);
    const newcomers = this.#newcomers(folderId, items);
    let added = 0;
    for (; added + SLICE < newcomers.length; added += SLICE) {
      const part = { folderId, items: newcomers.slice(added, added + SLICE), isComplete: false, added };
      const applied = transaction(this.#database, () => this.#apply(part, takenAt));
      for (const id of applied.changedFolders) changed.add(id);
      await nextTurn();
    }
    const whole = { folderId, items, isComplete: listing.complete, added };
    const { changedFolders, confirmAt } = transaction(this.#database, () => this.#apply(whole, takenAt));
    return { changedFolders: [...new Set([...changed, ...changedFolders])], confirmAt };
  }

  /** The same in one transaction, which is the whole listing or nothing. An incomplete one only adds and updates. */
  applyListing(folderId: number, listing: FolderListing, takenAt: number): AppliedListing {
    const look = { folderId, items: itemsOf(listing), isComplete: listing.complete, added: 0 };
    return transaction(this.#database, () => this.#apply(look, takenAt));
  }

  /** Takes down that 1fichier, asked for a link, said that there is no such file. @param at ms since the epoch. */
  deny(fileId: string, at: number): void {
    transaction(this.#database, () => this.#entries.markDenied(fileId, at));
  }

  /** What a listing adds to a folder, without what might contend for the names of those there. */
  #newcomers(folderId: number, items: readonly RemoteItem[]): RemoteItem[] {
    if (items.length <= SLICE) return [];
    const children = new Map(this.#entries.inFolder(folderId).map((known) => [identityOf(known), known]));
    const names = new Set([...children.values()].map((known) => known.name_key));
    const newcomers = items.filter((item) => !children.has(item.identity));
    if (names.size === 0 || newcomers.length <= SLICE) return newcomers;
    const nameKey = (item: RemoteItem): string => collisionKey(safeName(item.remoteName));
    for (const item of items) if (children.has(item.identity)) names.add(nameKey(item));
    return newcomers.filter((item) => !names.has(nameKey(item)));
  }

  #apply({ folderId, items, isComplete, added }: Look, takenAt: number): AppliedListing {
    // Gone while its listing was under way: entries put below it would be out of everyone's reach.
    if (this.#parent.get(folderId) === undefined) return { changedFolders: [], confirmAt: null };
    this.#lapse.run(takenAt);
    const children = isComplete ? this.#entries.inFolder(folderId) : [];
    const unseen = new Map(children.map((known) => [identityOf(known), known]));
    const changed = new Set<number>();
    const placements: Placement[] = [];
    for (const item of this.#admissible(folderId, items)) {
      const known = unseen.get(item.identity) ?? this.#entries.find(item);
      unseen.delete(item.identity);
      if (known !== undefined && isSettling(known, takenAt)) continue;
      if (known?.parent_id === folderId && remoteNameOf(known) === wellFormed(item.remoteName)) {
        if (this.#entries.updateBytes(known, item)) changed.add(folderId);
        continue;
      }
      placements.push({ remoteName: item.remoteName, known, item, settlesAt: null });
      changed.add(folderId);
      if (known?.parent_id != null) changed.add(known.parent_id);
    }
    const absent = [...unseen.values()].filter((known) => !isSettling(known, takenAt));
    // Before anything is dropped: what is placed may come out of a folder that is dropped.
    this.#entries.place(folderId, [...placements, ...yielding(absent, placements)], takenAt);
    const isShrunken = lostTooMuch(absent.length, children.length - added);
    const isGone = (known: KnownEntry): boolean =>
      isConfirmed(known, takenAt) || (!isShrunken && isDenied(known, takenAt));
    const gone = absent.filter(isGone);
    for (const known of gone) this.#entries.remove(known);
    if (gone.length > 0) changed.add(folderId);
    const missing = absent.filter((known) => !isGone(known));
    return { changedFolders: [...changed], confirmAt: this.#markMissing(missing, isShrunken, takenAt) };
  }

  /** What of a listing can be mirrored: nothing just removed, and no folder that contains the one listed. */
  #admissible(folderId: number, items: readonly RemoteItem[]): RemoteItem[] {
    const refused = new Set(this.#withheld.all().map((row) => row.identity));
    refused.add(folderIdentity(this.#rootId));
    for (let id: number | null = folderId; id !== null; id = this.#parent.get(id)?.parent_id ?? null) {
      refused.add(folderIdentity(id));
    }
    return items.filter((item) => !refused.has(item.identity));
  }

  /** Gives when another look may confirm that they are gone, ms since the epoch. */
  #markMissing(missing: readonly KnownEntry[], isShrunken: boolean, takenAt: number): number | null {
    const wait = isShrunken ? this.#settings.confirmShrunkenAfterMs : this.#settings.confirmGoneAfterMs;
    let confirmAt: number | null = null;
    for (const known of missing) {
      const goneAfter = known.gone_after ?? takenAt + wait;
      if (known.gone_after === null) this.#entries.markGone(known, goneAfter);
      confirmAt = Math.min(confirmAt ?? goneAfter, goneAfter);
    }
    return confirmAt === null ? null : confirmAt + 1;
  }
}

function lostTooMuch(absent: number, before: number): boolean {
  return absent >= before || (absent > FEW && absent * 2 > before);
}

function isConfirmed(known: KnownEntry, takenAt: number): boolean {
  return known.gone_after !== null && takenAt > known.gone_after;
}

/** Two witnesses: the look that lacks the file, and 1fichier itself when it was asked for a link. */
function isDenied({ denied_at }: KnownEntry, takenAt: number): boolean {
  return denied_at !== null && takenAt - denied_at < DENIAL_COUNTS_MS;
}

function isSettling(known: KnownEntry, takenAt: number): boolean {
  return known.settles_at !== null && known.settles_at > takenAt;
}

/** Missing entries whose names newcomers bear: a replaced file must not force a number on its successor. */
function yielding(absent: readonly KnownEntry[], placements: readonly Placement[]): Placement[] {
  const wanted = new Set(placements.map(({ remoteName }) => remoteName));
  return absent
    .filter((known) => wanted.has(remoteNameOf(known)))
    .map((known) => ({ remoteName: remoteNameOf(known), known, item: null, settlesAt: null }));
}

function identityOf(known: KnownEntry): string {
  return known.file_id === null ? folderIdentity(known.folder_id ?? 0) : fileIdentity(known.file_id);
}

function remoteNameOf(known: KnownEntry): string {
  return known.remote_name ?? known.name;
}

function wellFormed(name: string): string {
  return name.replace(/\p{Surrogate}/gu, '\ufffd');
}
