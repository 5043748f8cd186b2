import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asFailure, type RequestFailure } from '../api/client.ts';
import { counted, formatDateAndTime, sentence } from '../format/format.ts';
import { useServices } from '../shell/services.ts';
import { Card } from './cards.tsx';

interface StrmStatus {
  readonly directories: readonly string[];
  readonly running: { readonly directory: string; readonly filesChanged: number } | null;
  readonly runs: readonly StrmRun[];
}

interface StrmRun {
  readonly directory: string;
  /** ms since the epoch. */
  readonly finishedAt: number;
  readonly report: {
    readonly done: Readonly<Record<'create' | 'update' | 'rename' | 'remove', number>>;
    readonly failures: number;
    readonly heldBack: { readonly count: number } | null;
  } | null;
  readonly problem: { readonly message: string; readonly hint: string } | null;
}

const LOOK_EVERY_MS = 5000;
const SHOWN_RUNS = 5;

/** The last runs over the directories of .strm files; nothing where there are none. */
export function StrmCard() {
  const { api } = useServices();
  const strm = useSignal<StrmStatus | null>(null);
  const failure = useSignal<RequestFailure | null>(null);
  useEffect(() => {
    const look = (): void => {
      api.get<StrmStatus>('strm').then(
        (answer) => {
          strm.value = answer;
          failure.value = null;
        },
        (error: unknown) => (failure.value = asFailure(error)),
      );
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  if (strm.value === null || strm.value.directories.length === 0) return null;
  const { running, runs } = strm.value;
  return (
    <Card title=".strm files">
      {failure.value !== null && <p class="card-problem">{failure.value.message}</p>}
      {running !== null && (
        <p class="card-line">
          <bdi>{running.directory}</bdi>
          <b>{counted(running.filesChanged, 'file')} so far</b>
        </p>
      )}
      {runs.length === 0 && running === null && <p class="quiet">No run yet.</p>}
      <ul class="runs">
        {runs.slice(0, SHOWN_RUNS).map((run) => (
          <li key={`${run.directory}${run.finishedAt}`}>
            <bdi>{run.directory}</bdi>
            <p>{outcomeOf(run)}</p>
            <time class="quiet" dateTime={new Date(run.finishedAt).toISOString()}>
              {formatDateAndTime(new Date(run.finishedAt).toISOString())}
            </time>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function outcomeOf({ report, problem }: StrmRun): string {
  if (problem !== null) return `${sentence(problem.message)} ${problem.hint}`;
  if (report === null) return 'It could not go on.';
  const { create, update, rename, remove } = report.done;
  const parts = [
    [create, 'new'],
    [update, 'changed'],
    [rename, 'renamed'],
    [remove, 'removed'],
    [report.failures, 'failed'],
    [report.heldBack?.count ?? 0, 'removals held back'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? 'Nothing to do' : said.join(', ');
}
