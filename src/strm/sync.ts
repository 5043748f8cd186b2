import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { Applier } from './apply.ts';
import { Audit } from './audit.ts';
import type { Descriptions } from './descriptions.ts';
import { dueFolders, type DueFolders } from './due-folders.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import type { LocalTree } from './local-tree.ts';
import { openRoot, openRootToLook } from './marker.ts';
import type { Outcome } from './outcome.ts';
import { planFor, type Plan, type Surroundings } from './plan.ts';
import { Execution } from './execution.ts';
import { Rehearsal } from './rehearsal.ts';
import { AT_ONCE_MS, removals } from './removal.ts';
import { Tally, type RunProgress, type RunReport } from './report.ts';
import type { StrmRoot } from './rules.ts';
import type { WantedFile, WantedFiles } from './wanted.ts';

export interface SyncParts {
  readonly library: Library;
  readonly manifest: Manifest;
  readonly root: StrmRoot;
  readonly wanted: WantedFiles;
  readonly descriptions: Descriptions | null;
  /** Fingerprint of everything that decides what is written. */
  readonly rules: string;
  /** The bytes of a file of the library. */
  readonly read: (file: FileEntry, signal: AbortSignal | undefined) => Promise<AsyncIterable<Uint8Array>>;
  readonly clock: Clock;
  /** Share of the files (0 to 1) of which more are not removed in one run unless that is allowed. */
  readonly mostRemoved: number;
}

export interface SyncRequest {
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Compare everything, with what is on disk too. */
  readonly full: boolean;
  readonly allowMassDelete: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Told of each file that was changed or left; the run waits for it. */
  readonly onOutcomes?: ((outcomes: readonly Outcome[]) => void | Promise<void>) | undefined;
}

/** Files compared at a time: what a run holds in memory. */
const CHUNK = 10_000;
/** A folder that waits for another to free a path is planned again, at last without waiting. */
const PASSES = 3;
const BREATHE_EVERY = 50;

interface Chunk {
  readonly folderIds: number[];
  readonly wanted: WantedFile[];
  readonly owned: OwnedFile[];
}

/**
 * One run over one root. Rejects with a BridgeError when it cannot go on; what it did until then is in the manifest,
 * and the next run goes on from there.
 */
export function syncRoot(parts: SyncParts, request: SyncRequest): Promise<RunReport> {
  return new Run(parts, request).run();
}

class Run {
  readonly #parts: SyncParts;
  readonly #request: SyncRequest;
  readonly #tally = new Tally();
  /** Files that the folders they were in do not want any more, by their keys. */
  readonly #leaving = new Map<number, OwnedFile>();
  #foldersDone = 0;
  /** The part of the plan that is being carried out: its folders are done as far as its files are. */
  #underWay = { folders: 0, files: 0, handledBefore: 0 };
  #foldersTotal = 0;

  constructor(parts: SyncParts, request: SyncRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  async run(): Promise<RunReport> {
    const { dryRun } = this.#request;
    const execution = await this.#open();
    const due = await this.#findDue();
    await this.#bringInLine(due.folderIds, execution);
    await this.#removeLeaving(due, execution);
    const settled = [...due.folderIds].filter((id) => !execution.unsettled.has(id));
    if (!dryRun) this.#parts.manifest.progress.settleDue(settled);
    const { foldersKnown, foldersListed } = this.#parts.library.crawlStatus();
    const unreadFolders = foldersKnown - foldersListed;
    return { dryRun, ...this.#tally.totals(), missingFolders: [...due.missing], unreadFolders };
  }

  async #open(): Promise<Execution> {
    const { root, manifest } = this.#parts;
    const { dryRun, full } = this.#request;
    const tree = dryRun
      ? await openRootToLook(root.directory, manifest, full)
      : await openRoot(root.directory, manifest, full);
    return new Execution({
      changes: dryRun || tree === null ? new Rehearsal(tree) : await this.#applierIn(tree),
      audit: full && tree !== null ? new Audit(tree) : null,
      manifest,
      isRehearsal: dryRun,
      tally: this.#tally,
      breathe: () => this.#breathe(),
      show: (outcomes) => this.#show(outcomes),
    });
  }

  async #applierIn(tree: LocalTree): Promise<Applier> {
    const { manifest, read } = this.#parts;
    const { signal } = this.#request;
    // Of its own for each file: Node takes many listeners on one signal for a leak.
    const ofOneFile = (): AbortSignal | undefined => signal && AbortSignal.any([signal]);
    const applier = new Applier({ tree, manifest, read: (file) => read(file, ofOneFile()) });
    await applier.settle();
    return applier;
  }

  async #findDue(): Promise<DueFolders> {
    const { library, manifest, root, rules, descriptions, clock } = this.#parts;
    const { full, dryRun } = this.#request;
    const due = await dueFolders({
      ...{ library, manifest, root, rules, descriptions },
      everything: full,
      now: clock.now(),
      breathe: () => this.#breathe(),
    });
    if (!dryRun) manifest.progress.recordDue(due.folderIds, due.state);
    this.#foldersTotal = due.folderIds.size;
    return due;
  }

  async #bringInLine(folderIds: ReadonlySet<number>, execution: Execution): Promise<void> {
    const passes = this.#request.dryRun ? 1 : PASSES;
    let waiting = folderIds;
    for (let pass = 1; pass <= passes && waiting.size > 0; pass += 1) {
      waiting = await this.#pass(waiting, execution, { isFirst: pass === 1, isLast: pass === PASSES });
    }
    for (const id of waiting) execution.unsettled.add(id);
  }

  /** Gives the folders that have to be looked at again after the others. */
  async #pass(
    folderIds: ReadonlySet<number>,
    execution: Execution,
    { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
  ): Promise<Set<number>> {
    const again = new Set<number>();
    const remaining = new Set(folderIds);
    for await (const chunk of this.#chunks(folderIds)) {
      for (const id of chunk.folderIds) remaining.delete(id);
      const plan = planFor(chunk.wanted, chunk.owned, this.#surroundings(remaining, isLast));
      for (const { folderId } of plan.deferred) again.add(folderId);
      for (const owned of plan.leaving) this.#leaving.set(owned.key, owned);
      this.#underWay = {
        folders: isFirst ? chunk.folderIds.length : 0,
        files: plan.renames.flat().length + plan.writes.length,
        handledBefore: this.#tally.handled,
      };
      for (const id of await execution.carryOut(plan, isFirst)) again.add(id);
      this.#settle(chunk, plan, (id) => again.has(id) || execution.unsettled.has(id));
      this.#foldersDone += this.#underWay.folders;
      this.#underWay = { folders: 0, files: 0, handledBefore: 0 };
      this.#report();
    }
    return again;
  }

  async *#chunks(folderIds: ReadonlySet<number>): AsyncGenerator<Chunk, void, undefined> {
    const { wanted, manifest } = this.#parts;
    let chunk: Chunk = { folderIds: [], wanted: [], owned: [] };
    for (const id of folderIds) {
      chunk.folderIds.push(id);
      for (const one of wanted.inFolder(id)) chunk.wanted.push(one);
      for (const one of manifest.inFolder(id)) chunk.owned.push(one);
      if (chunk.folderIds.length % BREATHE_EVERY === 0) await this.#breathe();
      if (chunk.wanted.length + chunk.owned.length < CHUNK) continue;
      yield chunk;
      chunk = { folderIds: [], wanted: [], owned: [] };
    }
    if (chunk.folderIds.length > 0) yield chunk;
  }

  #surroundings(remaining: ReadonlySet<number>, isLast: boolean): Surroundings {
    const { manifest } = this.#parts;
    const { dryRun } = this.#request;
    return {
      holder: (key) => manifest.holder(key),
      ownedFor: ({ kind, fileId }) => manifest.byFile(fileId).find((file) => file.kind === kind) ?? null,
      mayMove: ({ folderId }) => !dryRun && !isLast && remaining.has(folderId),
      // A rehearsal moves nothing; what it has not looked at yet is taken to make room.
      isLeaving: ({ key, folderId }) => this.#leaving.has(key) || (dryRun && remaining.has(folderId)),
    };
  }

  async #removeLeaving(due: DueFolders, execution: Execution): Promise<void> {
    const { library, manifest, wanted, mostRemoved, clock } = this.#parts;
    const { dryRun, allowMassDelete: isAllowed } = this.#request;
    const now = clock.now();
    const parts = { library, manifest, wanted, mostRemoved, isAllowed, now };
    const { going, waiting, heldBack, heldSince } = removals(this.#leaving.values(), due, parts);
    for (const { folderId } of waiting) execution.unsettled.add(folderId);
    this.#tally.heldBack = heldBack;
    const removed = await execution.remove(going);
    if (dryRun) return;
    manifest.progress.holdSince(heldSince);
    // What a person has allowed does not count against what goes by itself later.
    manifest.progress.forgetRemoved(isAllowed ? Infinity : now - AT_ONCE_MS);
    if (removed > 0 && !isAllowed) manifest.progress.noteRemoved(removed, now);
  }

  /** Folders that are done leave the due ones at once: after a run that is cut off, the next goes on behind them. */
  #settle({ folderIds }: Chunk, { leaving }: Plan, isOpen: (folderId: number) => boolean): void {
    if (this.#request.dryRun) return;
    const left = new Set(leaving.map(({ folderId }) => folderId));
    this.#parts.manifest.progress.settleDue(folderIds.filter((id) => !left.has(id) && !isOpen(id)));
  }

  async #show(outcomes: readonly Outcome[]): Promise<void> {
    this.#report();
    await this.#request.onOutcomes?.(outcomes);
  }

  #report(): void {
    this.#request.onProgress?.({
      directory: this.#parts.root.directory,
      foldersDone: this.#foldersDone + this.#foldersUnderWay(),
      foldersTotal: this.#foldersTotal,
      filesChanged: this.#tally.changed,
    });
  }

  #foldersUnderWay(): number {
    const { folders, files, handledBefore } = this.#underWay;
    if (files === 0) return 0;
    return Math.floor(folders * Math.min(1, (this.#tally.handled - handledBefore) / files));
  }

  /** Lets others have the thread, and ends the run when it is given up. */
  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#request.signal?.aborted === true) throw new BridgeError('cancelled', 'the sync was given up');
  }
}
