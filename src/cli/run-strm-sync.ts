import type { Settings } from '../config/settings.ts';
import type { Outcome } from '../strm/outcome.ts';
import type { RunProgress } from '../strm/report.ts';
import type { RunRecord } from '../strm/run-history.ts';
import { interruption } from './interruption.ts';
import type { StrmOrder } from './library-access.ts';
import { withLibrary } from './open-library.ts';
import { awaitingConsent, exitCodeOfRuns, lineOf, printRecord } from './strm-report.ts';
import type { Terminal } from './terminal.ts';

export interface StrmSyncOrder {
  readonly settings: Settings;
  readonly request: StrmOrder;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Gives the exit code. Where a person watches, what must not be removed without asking is asked about. */
export async function runStrmSync(order: StrmSyncOrder): Promise<number> {
  const signal = interruption();
  const records = await syncOnce(order, signal);
  if (!(await hasConsent(order, records))) return exitCodeOfRuns(records);
  const allowed = { ...order, request: { ...order.request, allowMassDelete: true } };
  return exitCodeOfRuns(await syncOnce(allowed, signal));
}

async function hasConsent(
  { request, json, terminal }: StrmSyncOrder,
  records: readonly RunRecord[],
): Promise<boolean> {
  const count = awaitingConsent(records);
  if (count === 0 || json || request.dryRun) return false;
  return (await terminal.confirm(`Remove these ${count} files?`)) === true;
}

async function syncOnce(
  { settings, request, json, terminal }: StrmSyncOrder,
  signal: AbortSignal,
): Promise<readonly RunRecord[]> {
  const bar = terminal.interactive && !json ? await drawBar() : null;
  const show = (outcome: Outcome): void => {
    if (json) terminal.print(JSON.stringify(outcome));
    else if (request.dryRun && outcome.obstacle === null) terminal.print(lineOf(outcome));
  };
  try {
    const records = await withLibrary(settings, (library) =>
      library.syncStrm(request, {
        signal,
        onProgress: (progress) => bar?.update(progress),
        onOutcomes: (outcomes) => outcomes.forEach(show),
      }),
    );
    bar?.stop();
    for (const record of records) {
      if (json) terminal.print(JSON.stringify(asJson(record)));
      else printRecord(record, terminal);
    }
    return records;
  } finally {
    bar?.stop();
  }
}

function asJson({ directory, report, problem, startedAt, finishedAt }: RunRecord): object {
  return { directory, report, problem, ms: finishedAt - startedAt };
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
