import type { Settings } from '../config/settings.ts';
import { BridgeError, isFailureKind } from '../errors.ts';
import type { Outcome } from '../strm/outcome.ts';
import type { RunProgress } from '../strm/report.ts';
import type { RunRecord } from '../strm/run-history.ts';
import { EXIT } from './exit-codes.ts';
import type { StrmOrder } from './library-access.ts';
import { withLibrary } from './open-library.ts';
import { printable } from './printable.ts';
import { interruption } from './interruption.ts';
import { explain, type Terminal } from './terminal.ts';

export interface StrmSyncOrder {
  readonly settings: Settings;
  readonly request: StrmOrder;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Gives the exit code. */
export async function runStrmSync({ settings, request, json, terminal }: StrmSyncOrder): Promise<number> {
  const bar = terminal.interactive && !json ? await drawBar() : null;
  const show = (outcome: Outcome): void => {
    if (json) terminal.print(JSON.stringify(outcome));
    else if (request.dryRun || outcome.obstacle !== null) terminal.print(lineOf(outcome));
  };
  const signal = interruption();
  try {
    const records = await withLibrary(settings, (library) =>
      library.syncStrm(request, {
        signal,
        onProgress: (progress) => bar?.update(progress),
        onOutcomes: (outcomes) => outcomes.forEach(show),
      }),
    );
    bar?.stop();
    for (const record of records) sum(record, json, terminal);
    return exitCodeOf(records);
  } finally {
    bar?.stop();
  }
}

const SIGNS = { create: '+', update: '~', rename: '>', remove: '-' } as const;

const OBSTACLES = {
  occupied: 'left: there is a file that the bridge did not write',
  'changed-by-hand': 'left: it was changed by hand',
  'outside-root': 'left: a link or a file is where a directory should be',
  failed: 'failed',
} as const;

function lineOf({ deed, path, from, obstacle, reason }: Outcome): string {
  const what = `${SIGNS[deed]} ${from === undefined ? '' : `${printable(from)} -> `}${printable(path)}`;
  if (obstacle === null) return what;
  return `${what} (${OBSTACLES[obstacle]}${obstacle === 'failed' && reason !== undefined ? `: ${reason}` : ''})`;
}

function sum(
  { directory, report, problem, startedAt, finishedAt }: RunRecord,
  json: boolean,
  terminal: Terminal,
): void {
  if (json) {
    terminal.print(JSON.stringify({ directory, report, problem, ms: finishedAt - startedAt }));
    return;
  }
  if (report === null) {
    if (problem !== null) terminal.remark(explain(failureOf(problem)));
    return;
  }
  const { done, dryRun, kept, leftCount } = report;
  const counts = `${done.create} created, ${done.update} updated, ${done.rename} renamed, ${done.remove} removed`;
  const seconds = ((finishedAt - startedAt) / 1000).toFixed(1);
  terminal.print(
    `${directory}: ${dryRun ? 'would be: ' : ''}${counts}, ${kept} as they should be, ${leftCount} left alone, in ${seconds} s`,
  );
  for (const remark of remarksOn(report)) terminal.remark(`  ${remark}`);
}

function remarksOn({ heldBack, missingFolders }: NonNullable<RunRecord['report']>): string[] {
  const remarks = missingFolders.map((folder) => `the library has no folder ${folder}: nothing is removed`);
  if (heldBack?.because === 'too-many') {
    remarks.push(
      `${heldBack.count} files would be removed, more than BRIDGE_STRM_MAX_REMOVAL allows: none was.`,
      'Look at them with --dry-run --allow-mass-delete, then run again with --allow-mass-delete.',
    );
  } else if (heldBack !== null) {
    remarks.push(`${heldBack.count} files may be gone: they stay until the library has been read in full.`);
  }
  return remarks;
}

function exitCodeOf(records: readonly RunRecord[]): number {
  const failed = records.filter(({ report }) => report === null).length;
  if (failed > 0) return failed === records.length ? EXIT.failure : EXIT.partial;
  const isPartial = records.some(
    ({ report }) =>
      report !== null &&
      (report.failures > 0 || report.heldBack !== null || report.missingFolders.length > 0),
  );
  return isPartial ? EXIT.partial : EXIT.ok;
}

function failureOf({ kind, message, hint }: NonNullable<RunRecord['problem']>): BridgeError {
  return new BridgeError(isFailureKind(kind) ? kind : 'internal', message, { hint });
}

interface Bar {
  update(progress: RunProgress): void;
  stop(): void;
}

async function drawBar(): Promise<Bar> {
  const { SingleBar, Presets } = await import('cli-progress');
  const format = '{bar} {value}/{total} folders, {files} files, {rate} a second, {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr }, Presets.shades_classic);
  const began = performance.now();
  bar.start(1, 0, { files: 0, rate: 0 });
  return {
    update({ foldersDone, foldersTotal, filesChanged }) {
      const seconds = Math.max((performance.now() - began) / 1000, 0.1);
      bar.setTotal(Math.max(foldersTotal, 1));
      bar.update(foldersDone, { files: filesChanged, rate: Math.round(filesChanged / seconds) });
    },
    stop: () => bar.stop(),
  };
}
