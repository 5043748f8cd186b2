import { z } from 'zod';
import { outcomeSchema, type Deed, type Outcome } from './outcome.ts';

const count = z.number().int();

const heldBackSchema = z.object({
  count,
  of: count.describe('Files that there are in all'),
  because: z.enum(['too-many', 'not-confirmed']),
  sample: z.array(z.string()).describe('Paths of the first of them'),
});

export type HeldBack = z.infer<typeof heldBackSchema>;

export const reportSchema = z.object({
  dryRun: z.boolean(),
  kept: count.describe('Files that are as they should be already, of those that were compared'),
  done: z.object({ create: count, update: count, rename: count, remove: count }),
  left: z.array(outcomeSchema).describe('What was left as it is, the first of them'),
  leftCount: count,
  failures: count.describe('Of those, what the next run tries again'),
  heldBack: heldBackSchema
    .nullable()
    .describe(
      'Removals that wait: until a person allows so many, or until the library has been read in full',
    ),
  missingFolders: z.array(z.string()).describe('Folders that the rules name and the library lacks'),
  unreadFolders: count.describe(
    'Folders of the library that were never read, so that their files are not known',
  ),
});

/** What one run did with one root. */
export type RunReport = z.infer<typeof reportSchema>;

export const progressSchema = z.object({
  directory: z.string(),
  foldersDone: count,
  foldersTotal: count,
  filesChanged: count.describe('Files written, renamed or removed so far'),
});

export type RunProgress = z.infer<typeof progressSchema>;

/** Kept in a report; the rest is counted. */
const MOST_LEFT = 100;

/** Gathers what a run does. */
export class Tally {
  kept = 0;
  heldBack: HeldBack | null = null;
  readonly #done: Record<Deed, number> = { create: 0, update: 0, rename: 0, remove: 0 };
  readonly #left: Outcome[] = [];
  #leftCount = 0;
  #failures = 0;

  /** Files that were changed or left. */
  get handled(): number {
    return this.changed + this.#leftCount;
  }

  get changed(): number {
    return Object.values(this.#done).reduce((sum, one) => sum + one, 0);
  }

  count(outcome: Outcome): void {
    if (outcome.obstacle === null) {
      this.#done[outcome.deed] += 1;
      return;
    }
    this.#leftCount += 1;
    if (outcome.obstacle === 'failed') this.#failures += 1;
    if (this.#left.length < MOST_LEFT) this.#left.push(outcome);
  }

  totals(): Omit<RunReport, 'dryRun' | 'missingFolders' | 'unreadFolders'> {
    return {
      kept: this.kept,
      done: { ...this.#done },
      left: [...this.#left],
      leftCount: this.#leftCount,
      failures: this.#failures,
      heldBack: this.heldBack,
    };
  }
}
