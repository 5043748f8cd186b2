import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { Applier } from './apply.ts';
import { Audit } from './audit.ts';
import type { Changes } from './changes.ts';
import type { Descriptions } from './descriptions.ts';
import { dueFolders, type DueFolders } from './due-folders.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import { openRoot, openRootToLook } from './marker.ts';
import type { Outcome } from './outcome.ts';
import { planFor, type Plan, type Surroundings, type Write } from './plan.ts';
import { Rehearsal } from './rehearsal.ts';
import { removable } from './removal.ts';
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
/** Changes made durable together. */
const BATCH = 256;
const FETCH_BATCH = 16;
/** So few may always be removed: a share says little of a handful. */
const FEW = 5;
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
  /** Folders with something that could not be done: they stay due. */
  readonly #unsettled = new Set<number>();
  #changes: Changes = new Rehearsal(null);
  #audit: Audit | null = null;
  #foldersDone = 0;
  #foldersTotal = 0;

  constructor(parts: SyncParts, request: SyncRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  async run(): Promise<RunReport> {
    const { manifest } = this.#parts;
    const { dryRun } = this.#request;
    await this.#open();
    const due = await this.#findDue();
    await this.#bringInLine(due.folderIds);
    await this.#removeLeaving(due);
    if (!dryRun) manifest.settleDue([...due.folderIds].filter((id) => !this.#unsettled.has(id)));
    return { dryRun, ...this.#tally.totals(), missingFolders: [...due.missing] };
  }

  async #open(): Promise<void> {
    const { root, manifest, read } = this.#parts;
    const { dryRun, full, signal } = this.#request;
    const tree = dryRun
      ? await openRootToLook(root.directory, manifest, full)
      : await openRoot(root.directory, manifest, full);
    if (full && tree !== null) this.#audit = new Audit(tree);
    if (dryRun || tree === null) {
      this.#changes = new Rehearsal(tree);
      return;
    }
    const applier = new Applier({ tree, manifest, read: (file) => read(file, signal) });
    await applier.settle();
    this.#changes = applier;
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
    if (!dryRun) manifest.recordDue(due.folderIds, due.state);
    this.#foldersTotal = due.folderIds.size;
    return due;
  }

  async #bringInLine(folderIds: ReadonlySet<number>): Promise<void> {
    const passes = this.#request.dryRun ? 1 : PASSES;
    let waiting = folderIds;
    for (let pass = 1; pass <= passes && waiting.size > 0; pass += 1) {
      waiting = await this.#pass(waiting, { isFirst: pass === 1, isLast: pass === PASSES });
    }
    for (const id of waiting) this.#unsettled.add(id);
  }

  /** Gives the folders that have to be looked at again after the others. */
  async #pass(
    folderIds: ReadonlySet<number>,
    { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
  ): Promise<Set<number>> {
    const again = new Set<number>();
    const remaining = new Set(folderIds);
    for await (const chunk of this.#chunks(folderIds)) {
      for (const id of chunk.folderIds) remaining.delete(id);
      const plan = planFor(chunk.wanted, chunk.owned, this.#surroundings(remaining, isLast));
      for (const { folderId } of plan.deferred) again.add(folderId);
      for (const owned of plan.leaving) this.#leaving.set(owned.key, owned);
      if (isFirst) this.#tally.kept += plan.kept.length;
      for (const id of await this.#carryOut(plan)) again.add(id);
      this.#settle(chunk, plan, again);
      if (isFirst) this.#foldersDone += chunk.folderIds.length;
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

  /** Gives the folders of files that turned out to be someone else's by now: they need files of their own. */
  async #carryOut(plan: Plan): Promise<number[]> {
    const retry: number[] = [];
    const unmoved = new Set<number>();
    for (const batch of plan.renames.flatMap((wave) => inBatches(wave))) {
      await this.#breathe();
      const outcomes = await this.#changes.rename(batch);
      const shown = outcomes.filter((_, index) => batch[index]?.wanted !== null);
      batch.forEach(({ owned, wanted }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined || wanted === null) return;
        this.#count(outcome, wanted.folderId);
        if (outcome.obstacle === null) return;
        unmoved.add(owned.key);
        if (this.#parts.manifest.byKey(owned.key) === null) retry.push(wanted.folderId);
      });
      await this.#show(shown);
    }
    const writes = plan.writes.filter(({ owned }) => owned === null || !unmoved.has(owned.key));
    await this.#write([...writes, ...(await this.#confirmKept(plan))]);
    return retry;
  }

  /** Takes note of what is kept; in a full run also looks for it on disk, and gives what has to be written again. */
  async #confirmKept({ kept }: Plan): Promise<readonly Write[]> {
    const { manifest } = this.#parts;
    if (!this.#request.dryRun) {
      for (const { owned, wanted } of kept) {
        if (owned.place !== wanted.place || owned.folderId !== wanted.folderId)
          manifest.restate(owned, wanted);
      }
    }
    if (this.#audit === null) return [];
    const missing: Write[] = [];
    for (const batch of inBatches(kept)) {
      await this.#breathe();
      const found = await this.#audit.of(batch.map(({ owned }) => owned));
      batch.forEach(({ owned, wanted }, index) => {
        if (found[index] === 'missing') missing.push({ owned, wanted, path: owned.path });
        if (found[index] !== 'changed') return;
        this.#tally.count({ deed: 'update', path: owned.path, obstacle: 'changed-by-hand' });
      });
    }
    return missing;
  }

  /** Addresses come first: films show while what lies beside them is still being fetched. */
  async #write(writes: readonly Write[]): Promise<void> {
    const isFetched = ({ wanted }: Write): boolean => wanted.content.kind === 'remote';
    const inOrder = [
      ...inBatches(writes.filter((write) => !isFetched(write))),
      ...inBatches(writes.filter(isFetched), FETCH_BATCH),
    ];
    for (const batch of inOrder) {
      await this.#breathe();
      const outcomes = await this.#changes.write(batch);
      batch.forEach(({ wanted }, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) this.#count(outcome, wanted.folderId);
      });
      await this.#show(outcomes);
    }
  }

  async #removeLeaving(due: DueFolders): Promise<void> {
    const { manifest, mostRemoved } = this.#parts;
    const { going, unsure } = removable(this.#leaving.values(), due, this.#parts);
    for (const { folderId } of unsure) this.#unsettled.add(folderId);
    if (unsure.length > 0) this.#tally.heldBack = { count: unsure.length, because: 'not-confirmed' };
    if (
      going.length > FEW &&
      going.length > manifest.count() * mostRemoved &&
      !this.#request.allowMassDelete
    ) {
      this.#tally.heldBack = { count: going.length, because: 'too-many' };
      for (const { folderId } of going) this.#unsettled.add(folderId);
      return;
    }
    for (const batch of inBatches(going)) {
      await this.#breathe();
      const outcomes = await this.#changes.remove(batch);
      batch.forEach(({ folderId }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) return;
        this.#count(outcome, outcome.obstacle === 'changed-by-hand' ? null : folderId);
      });
      await this.#show(outcomes);
    }
  }

  /** Folders that are done leave the due ones at once: after a run that is cut off, the next goes on behind them. */
  #settle({ folderIds }: Chunk, { leaving }: Plan, again: ReadonlySet<number>): void {
    if (this.#request.dryRun) return;
    const open = new Set(leaving.map(({ folderId }) => folderId));
    this.#parts.manifest.settleDue(
      folderIds.filter((id) => !open.has(id) && !again.has(id) && !this.#unsettled.has(id)),
    );
  }

  /** @param folderId is looked at again in the next run when something was in the way; null: it need not be. */
  #count(outcome: Outcome, folderId: number | null): void {
    this.#tally.count(outcome);
    if (outcome.obstacle !== null && folderId !== null) this.#unsettled.add(folderId);
  }

  async #show(outcomes: readonly Outcome[]): Promise<void> {
    this.#report();
    await this.#request.onOutcomes?.(outcomes);
  }

  #report(): void {
    this.#request.onProgress?.({
      directory: this.#parts.root.directory,
      foldersDone: this.#foldersDone,
      foldersTotal: this.#foldersTotal,
      filesChanged: this.#tally.changed,
    });
  }

  /** Lets others have the thread, and ends the run when it is given up. */
  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#request.signal?.aborted === true) throw new BridgeError('cancelled', 'the sync was given up');
  }
}

function inBatches<T>(items: readonly T[], size = BATCH): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
