import { FAILURE_TRAITS } from '../../errors.ts';
import type { CrawlStatus } from '../../library/library.ts';
import type { ServerStatus } from '../../notify/notifier.ts';
import type { RunRecord } from '../../strm/run-history.ts';
import type { FailedStream } from '../../streaming/streams.ts';
import type { CacheStatus, Insight } from './insight.ts';

/** Something that went wrong or will, in plain words and without secrets. */
interface Problem {
  /** ms since the epoch; null: it goes on now. */
  readonly at: number | null;
  readonly title: string;
  /** What can be done about it. */
  readonly hint: string;
  readonly severity: 'notice' | 'warning' | 'serious';
}

const RANK = { serious: 0, warning: 1, notice: 2 } as const;
/** A failure older than this is history rather than news. */
const RECENT_MS = 24 * 3600 * 1000;

/** What a person should know at `now` (ms since the epoch), the most serious first, then the latest. */
export function recentProblems(
  insight: Pick<Insight, 'budget' | 'cache' | 'streams' | 'strmRuns' | 'mediaServers'>,
  crawl: CrawlStatus,
  now: number,
): readonly Problem[] {
  const problems = [
    ...lockProblem(insight.budget()),
    ...crawlProblems(crawl),
    ...cacheProblems(insight.cache()),
    ...insight.strmRuns().flatMap(strmProblems),
    ...insight.mediaServers().flatMap(mediaServerProblems),
    ...insight.streams
      .failed()
      .filter(({ failedAt }) => now - failedAt < RECENT_MS)
      .map(streamProblem),
  ];
  return problems.sort(
    (one, other) => RANK[one.severity] - RANK[other.severity] || (other.at ?? now) - (one.at ?? now),
  );
}

function lockProblem({ lockedUntil, lockReason }: ReturnType<Insight['budget']>): Problem[] {
  if (lockedUntil === null) return [];
  const reason = lockReason === null ? '' : `: ${lockReason}`;
  return [
    {
      at: null,
      title: `1fichier has locked its API for this account${reason}`,
      hint: FAILURE_TRAITS['flood-locked'].hint,
      severity: 'serious',
    },
  ];
}

function crawlProblems({ lastError, foldersAtCap, entriesMissing }: CrawlStatus): Problem[] {
  const problems: Problem[] = [];
  if (lastError !== null) {
    problems.push({
      at: null,
      title: `The last look at a folder failed: ${lastError}`,
      hint: 'The library goes on as it was known; the folder is read again by itself.',
      severity: 'warning',
    });
  }
  if (foldersAtCap > 0) {
    const folders = foldersAtCap === 1 ? 'One folder holds' : `${foldersAtCap} folders hold`;
    problems.push({
      at: null,
      title: `${folders} more than 1fichier lists`,
      hint: '1fichier lists 5,000 files of a folder at most: move some of them into folders of their own.',
      severity: 'notice',
    });
  }
  if (entriesMissing > 0) {
    const entries = entriesMissing === 1 ? 'One entry was' : `${entriesMissing} entries were`;
    problems.push({
      at: null,
      title: `${entries} not in the last listing`,
      hint: 'They are kept until a second look confirms that they are gone.',
      severity: 'notice',
    });
  }
  return problems;
}

function cacheProblems({ disk }: CacheStatus): Problem[] {
  if (disk?.state !== 'off') return [];
  return [
    {
      at: null,
      title: 'The disk cache is off: its disk is full or failed',
      hint: 'Films go on without it. Free some space on the disk of the data directory; the log says more.',
      severity: 'warning',
    },
  ];
}

function strmProblems({ directory, report, problem }: RunRecord): Problem[] {
  if (problem !== null) {
    const title = `No .strm files could be written: ${problem.message}`;
    return [{ at: null, title, hint: problem.hint, severity: 'serious' }];
  }
  const problems: Problem[] = [];
  const { heldBack = null, missingFolders = [], failures = 0 } = report ?? {};
  if (heldBack?.because === 'too-many') {
    problems.push({
      at: null,
      title: `${heldBack.count} of ${heldBack.of} files in ${directory} are gone from the library and wait for your word to be removed`,
      hint: 'If 1fichier should have them, do nothing: they stay. To remove them, run `fichier-bridge strm sync --allow-mass-delete`; with `--dry-run` it names them first.',
      severity: 'warning',
    });
  }
  if (missingFolders.length > 0) {
    problems.push({
      at: null,
      title: `The library has no ${missingFolders.join(', ')}, which rules for .strm files name`,
      hint: `Correct the rules, or wait for the folder to be back: until then nothing in ${directory} is removed.`,
      severity: 'warning',
    });
  }
  if (failures > 0) {
    problems.push({
      at: null,
      title: failures === 1 ? 'One file could not be written' : `${failures} files could not be written`,
      hint: `They are for ${directory}, and are tried again every ten minutes. \`fichier-bridge strm sync\` says what is in the way.`,
      severity: 'warning',
    });
  }
  return problems;
}

function mediaServerProblems({ server, lastError }: ServerStatus): Problem[] {
  if (lastError === null) return [];
  const { at, message, hint } = lastError;
  return [{ at, title: `${server} could not be told what changed: ${message}`, hint, severity: 'warning' }];
}

function streamProblem({ failedAt, file, kind, lastProblem }: FailedStream): Problem {
  const why = lastProblem === null ? '' : `: ${lastProblem}`;
  return {
    at: failedAt,
    title: `“${file.name}” was cut off${why}`,
    hint: FAILURE_TRAITS[kind].hint,
    severity: 'serious',
  };
}
