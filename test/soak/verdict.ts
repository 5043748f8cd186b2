import { CALL_BURST, CALLS_PER_SECOND, CONNECTIONS, MEMORY_CACHE, READ_AHEAD } from './restarted-bridge.ts';
import type { Sample } from './observer.ts';
import type { EmulatorCounts } from '../../src/emulator/counts.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

/** Resident memory above what its caches are given (bytes). */
const MEMORY_ALLOWED = 256 * MIB;
/** Memory that grows for ever and memory that fills up look alike in a shorter time without restarts (ms). */
const GROWTH_SHOWS_MS = 4 * MINUTE_MS;
/** How much more memory the end of the time without restarts may take than its beginning (bytes). */
const MEMORY_GROWTH_ALLOWED = 48 * MIB;
const DESCRIPTOR_GROWTH_ALLOWED = 12;

export interface Evidence {
  readonly samples: readonly Sample[];
  /** From here on the bridge was not restarted any more (ms since the soak began). */
  readonly steadyFrom: number;
  readonly atRest: Sample | null;
  readonly readFailures: readonly string[];
  readonly mishaps: readonly string[];
  readonly counts: EmulatorCounts;
  readonly missing: readonly string[];
}

export interface Check {
  readonly name: string;
  /** What was found. */
  readonly found: string;
  readonly passed: boolean;
}

/** Judges a soak. */
export function verdict(evidence: Evidence): readonly Check[] {
  const { samples, steadyFrom, atRest, readFailures, mishaps, missing, counts } = evidence;
  const memoryPeak = peak(samples, (sample) => sample.residentBytes);
  const memoryLimit = MEMORY_CACHE + READ_AHEAD + MEMORY_ALLOWED;
  const isLongEnough = (samples.at(-1)?.at ?? 0) - steadyFrom >= GROWTH_SHOWS_MS;
  const callsPeak = busiestMinute(samples);
  const callsLimit = 60 * CALLS_PER_SECOND + CALL_BURST * (1 + livesInAMinute(samples));
  const transfersPeak = peak(samples, (sample) => sample.transfers);
  return [
    {
      name: 'no wrong byte, and no read that failed or hung while the bridge was up',
      found: readFailures.length === 0 ? 'none' : readFailures.slice(0, 10).join('; '),
      passed: readFailures.length === 0,
    },
    {
      name: 'every stop and start went well, and the bridge never ended by itself',
      found: mishaps.length === 0 ? 'yes' : mishaps.slice(0, 10).join('; '),
      passed: mishaps.length === 0,
    },
    {
      name: `resident memory at most ${mib(MEMORY_ALLOWED)} above what the caches are given`,
      found: `${mib(memoryPeak)} of ${mib(memoryLimit)}`,
      passed: memoryPeak > 0 && memoryPeak <= memoryLimit,
    },
    ...(isLongEnough ? growthChecks(evidence) : []),
    {
      name: `at most ${CONNECTIONS} transfers at once, and none left when nobody reads`,
      found: `${transfersPeak} at most, ${atRest?.transfers ?? 'unknown'} left`,
      passed: transfersPeak <= CONNECTIONS && atRest?.transfers === 0,
    },
    {
      name: `at most ${callsLimit} calls of the API in any minute, and no lock but those that the soak began`,
      found: `${callsPeak} calls, ${counts.floodAnswers} refused, locks: ${locksByCause(counts)}`,
      passed: callsPeak <= callsLimit && Object.keys(counts.locks).every((cause) => cause === 'ordered'),
    },
    {
      name: 'the library shows in the end what the account holds',
      found: missing.length === 0 ? 'yes' : `not ${missing.join(', ')}`,
      passed: missing.length === 0,
    },
  ];
}

function growthChecks(evidence: Evidence): readonly Check[] {
  const memory = growth(evidence, (sample) => sample.residentBytes);
  const descriptors = growth(evidence, (sample) => sample.descriptors);
  return [
    {
      name: `resident memory grows by less than ${mib(MEMORY_GROWTH_ALLOWED)} in the half without restarts`,
      found: mib(memory),
      passed: memory < MEMORY_GROWTH_ALLOWED,
    },
    {
      name: `open file descriptors grow by less than ${DESCRIPTOR_GROWTH_ALLOWED} in that half`,
      found: `${descriptors}, at most ${peak(evidence.samples, (sample) => sample.descriptors)} at once`,
      passed: descriptors < DESCRIPTOR_GROWTH_ALLOWED,
    },
  ];
}

function peak(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.reduce((most, sample) => Math.max(most, of(sample)), 0);
}

/** From the median of the third eighth of the time without restarts, when caches are full, to that of the last. */
function growth({ samples, steadyFrom }: Evidence, of: (sample: Sample) => number): number {
  const steady = samples.filter((sample) => sample.at >= steadyFrom);
  const eighth = Math.ceil(steady.length / 8);
  return median(steady.slice(-eighth).map(of)) - median(steady.slice(2 * eighth, 3 * eighth).map(of));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Most calls of the API in any minute. */
function busiestMinute(samples: readonly Sample[]): number {
  let from = 0;
  let most = 0;
  for (const sample of samples) {
    while ((samples[from]?.at ?? 0) < sample.at - MINUTE_MS) from += 1;
    most = Math.max(most, sample.apiCalls - (samples[from]?.apiCalls ?? 0));
  }
  return most;
}

/** Most restarts in any minute: each begins with a burst of calls. */
function livesInAMinute(samples: readonly Sample[]): number {
  let from = 0;
  let most = 0;
  for (const sample of samples) {
    while ((samples[from]?.at ?? 0) < sample.at - MINUTE_MS) from += 1;
    most = Math.max(most, sample.life - (samples[from]?.life ?? 0));
  }
  return most;
}

function locksByCause({ locks }: EmulatorCounts): string {
  const causes = Object.entries(locks).map(([cause, count]) => `${count} ${cause}`);
  return causes.length === 0 ? 'none' : causes.join(', ');
}

export function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
