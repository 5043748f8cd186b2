import { BridgeError, isFailureKind } from '../errors.ts';
import type { Outcome } from '../strm/outcome.ts';
import type { HeldBack, RunReport } from '../strm/report.ts';
import type { RunRecord } from '../strm/run-history.ts';
import { EXIT } from './exit-codes.ts';
import { printable } from './printable.ts';
import { explain, type Terminal } from './terminal.ts';

const SIGNS = { create: '+', update: '~', rename: '>', remove: '-' } as const;

const OBSTACLES = {
  occupied: 'left: there is a file that the bridge did not write',
  'changed-by-hand': 'left: it was changed by hand',
  'outside-root': 'left: a link or a file is where a directory should be',
  failed: 'failed',
} as const;

/** One line of a plan, or of what came of it. */
export function lineOf({ deed, path, from, obstacle, reason }: Outcome): string {
  const what = `${SIGNS[deed]} ${from === undefined ? '' : `${printable(from)} -> `}${printable(path)}`;
  if (obstacle === null) return what;
  return `${what} (${OBSTACLES[obstacle]}${obstacle === 'failed' && reason !== undefined ? `: ${reason}` : ''})`;
}

/** Says what a run over one root did, and what a person should know of it. */
export function printRecord(
  { directory, report, problem, startedAt, finishedAt }: RunRecord,
  terminal: Terminal,
): void {
  if (report === null) {
    if (problem !== null) terminal.remark(explain(failureOf(problem)));
    return;
  }
  const { left, leftCount } = report;
  for (const outcome of left) terminal.print(lineOf(outcome));
  if (leftCount > left.length) terminal.print(`… and ${leftCount - left.length} more left alone`);
  const seconds = ((finishedAt - startedAt) / 1000).toFixed(1);
  terminal.print(`${directory}: ${countsOf(report)}, in ${seconds} s`);
  for (const remark of remarksOn(report)) terminal.remark(`  ${remark}`);
}

function countsOf({ done, dryRun, kept, leftCount, heldBack }: RunReport): string {
  const changed = done.create + done.update + done.rename + done.remove;
  if (changed + kept + leftCount === 0) return heldBack === null ? 'nothing has changed' : 'nothing done';
  const counts = `${done.create} created, ${done.update} updated, ${done.rename} renamed, ${done.remove} removed`;
  return `${dryRun ? 'would be: ' : ''}${counts}, ${kept} as they should be, ${leftCount} left alone`;
}

function remarksOn({ heldBack, missingFolders, unreadFolders, dryRun }: RunReport): string[] {
  const remarks = missingFolders.map(
    (folder) => `the library has no folder ${printable(folder)}: nothing is removed`,
  );
  if (unreadFolders > 0) {
    const folders = unreadFolders === 1 ? '1 folder has' : `${unreadFolders} folders have`;
    remarks.push(`${folders} not been read yet: run fichier-bridge refresh --recursive, or serve.`);
  }
  if (heldBack === null) return remarks;
  const { count, of, because } = heldBack;
  if (because === 'not-confirmed') {
    remarks.push(`${count} of ${of} files may be gone: they stay until the library has been read in full.`);
    return remarks;
  }
  return [
    ...remarks,
    `${count} of ${of} files are gone from the library, and that is more than BRIDGE_STRM_MAX_REMOVAL lets go at once.`,
    `They ${dryRun ? 'would stay' : 'stay'}; everything else ${dryRun ? 'would be' : 'is'} done:`,
    ...samples(heldBack),
    'If 1fichier should have them, do nothing. To remove them: fichier-bridge strm sync --allow-mass-delete',
  ];
}

function samples({ count, sample }: HeldBack): string[] {
  const more = count - sample.length;
  return [
    ...sample.map((path) => `  - ${printable(path)}`),
    ...(more > 0 ? [`  … and ${more} more; --dry-run --allow-mass-delete names them all`] : []),
  ];
}

/** How many removals wait for a person's word. */
export function awaitingConsent(records: readonly RunRecord[]): number {
  return records
    .map(({ report }) => report?.heldBack)
    .reduce((sum, held) => sum + (held?.because === 'too-many' ? held.count : 0), 0);
}

export function exitCodeOfRuns(records: readonly RunRecord[]): number {
  const failed = records.filter(({ report }) => report === null).length;
  if (failed > 0) return failed === records.length ? EXIT.failure : EXIT.partial;
  const isPartial = records.some(
    ({ report }) =>
      report !== null &&
      (report.failures > 0 ||
        report.heldBack !== null ||
        report.missingFolders.length > 0 ||
        report.unreadFolders > 0),
  );
  return isPartial ? EXIT.partial : EXIT.ok;
}

function failureOf({ kind, message, hint }: NonNullable<RunRecord['problem']>): BridgeError {
  return new BridgeError(isFailureKind(kind) ? kind : 'internal', message, { hint });
}
