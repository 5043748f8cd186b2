import type { Audit } from './audit.ts';
import type { Changes } from './changes.ts';
import type { Manifest } from './manifest.ts';
import type { OwnedFile } from './owned-file.ts';
import type { Outcome } from './outcome.ts';
import type { Plan, Write } from './plan.ts';
import type { Tally } from './report.ts';

export interface ExecutionParts {
  readonly changes: Changes;
  /** Null: what is kept is not looked for on disk. */
  readonly audit: Audit | null;
  readonly manifest: Manifest;
  readonly isRehearsal: boolean;
  readonly tally: Tally;
  /** Called between batches, to let others have the thread; its rejection ends the run. */
  readonly breathe: () => Promise<void>;
  /** Told of each file that was changed or left; the next batch waits for it. */
  readonly show: (outcomes: readonly Outcome[]) => Promise<void>;
}

/** Changes made durable together. */
const BATCH = 256;
const FETCH_BATCH = 16;

/** Carries plans out, batch by batch, and keeps count. */
export class Execution {
  readonly #parts: ExecutionParts;
  /** Folders with something that could not be done: they stay due. */
  readonly unsettled = new Set<number>();

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  /**
   * Gives the folders of files that turned out to be someone else's by now: they need files of their own.
   *
   * @param isFirst whether its folders were not planned for before: what is as it should be is counted once.
   */
  async carryOut(plan: Plan, isFirst: boolean): Promise<number[]> {
    const { changes, manifest, breathe, show } = this.#parts;
    const retry: number[] = [];
    const unmoved = new Set<number>();
    for (const batch of plan.renames.flatMap((wave) => inBatches(wave))) {
      await breathe();
      const outcomes = await changes.rename(batch);
      const shown = outcomes.filter((_, index) => batch[index]?.wanted !== null);
      batch.forEach(({ owned, wanted }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined || wanted === null) return;
        this.#count(outcome, wanted.folderId);
        if (outcome.obstacle === null) return;
        unmoved.add(owned.key);
        if (manifest.byKey(owned.key) === null) retry.push(wanted.folderId);
      });
      await show(shown);
    }
    const writes = plan.writes.filter(({ owned }) => owned === null || !unmoved.has(owned.key));
    await this.#write([...writes, ...(await this.#confirmKept(plan, isFirst))]);
    return retry;
  }

  /** Gives how many are gone. */
  async remove(files: readonly OwnedFile[]): Promise<number> {
    const { changes, breathe, show } = this.#parts;
    let removed = 0;
    for (const batch of inBatches(files)) {
      await breathe();
      const outcomes = await changes.remove(batch);
      batch.forEach(({ folderId }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) return;
        if (outcome.obstacle === null) removed += 1;
        this.#count(outcome, outcome.obstacle === 'changed-by-hand' ? null : folderId);
      });
      await show(outcomes);
    }
    return removed;
  }

  /** Takes note of what is kept; in a full run also looks for it on disk, and gives what has to be written again. */
  async #confirmKept({ kept }: Plan, isFirst: boolean): Promise<readonly Write[]> {
    const { manifest, isRehearsal, audit, tally, breathe } = this.#parts;
    if (!isRehearsal) {
      for (const { owned, wanted } of kept) {
        if (owned.place !== wanted.place || owned.folderId !== wanted.folderId)
          manifest.restate(owned, wanted);
      }
    }
    if (isFirst) tally.kept += kept.length;
    if (audit === null) return [];
    const missing: Write[] = [];
    for (const batch of inBatches(kept)) {
      await breathe();
      const found = await audit.of(batch.map(({ owned }) => owned));
      batch.forEach(({ owned, wanted }, index) => {
        if (isFirst && found[index] !== 'unchanged') tally.kept -= 1;
        if (found[index] === 'missing') missing.push({ owned, wanted, path: owned.path });
        if (found[index] !== 'changed') return;
        tally.count({ deed: 'update', path: owned.path, obstacle: 'changed-by-hand' });
      });
    }
    return missing;
  }

  /** Addresses come first: films show while what lies beside them is still being fetched. */
  async #write(writes: readonly Write[]): Promise<void> {
    const { changes, breathe, show } = this.#parts;
    const isFetched = ({ wanted }: Write): boolean => wanted.content.kind === 'remote';
    const inOrder = [
      ...inBatches(writes.filter((write) => !isFetched(write))),
      ...inBatches(writes.filter(isFetched), FETCH_BATCH),
    ];
    for (const batch of inOrder) {
      await breathe();
      const outcomes = await changes.write(batch);
      batch.forEach(({ wanted }, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) this.#count(outcome, wanted.folderId);
      });
      await show(outcomes);
    }
  }

  /** @param folderId is looked at again in the next run when something was in the way; null: it need not be. */
  #count(outcome: Outcome, folderId: number | null): void {
    this.#parts.tally.count(outcome);
    if (outcome.obstacle !== null && folderId !== null) this.unsettled.add(folderId);
  }
}

function inBatches<T>(items: readonly T[], size = BATCH): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
