import type { OwnedFile } from './owned-file.ts';
import type { Outcome } from './outcome.ts';
import type { Rename, Write } from './plan.ts';

/** Carries out a plan, or only says what would come of it. Outcomes are in the order of what was asked. */
export interface Changes {
  rename(renames: readonly Rename[]): Promise<Outcome[]>;
  write(writes: readonly Write[]): Promise<Outcome[]>;
  remove(files: readonly OwnedFile[]): Promise<Outcome[]>;
}
