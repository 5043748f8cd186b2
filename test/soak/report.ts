import type { Observer } from './observer.ts';
import { READER_KINDS, type ReaderTally, type Tally } from './tally.ts';
import type { Trouble } from './trouble.ts';
import { mib, type Check } from './verdict.ts';

/** What the minute that has just ended looked like at its end, and what has been read so far. */
export function minuteLine(minute: number, tally: Tally, { samples }: Observer, trouble: Trouble): string {
  const { reads, bytes, interrupted } = tally.total();
  const last = samples.at(-1);
  const before = samples.findLast((sample) => sample.at < (last?.at ?? 0) - 60_000);
  return [
    `minute ${minute}: ${reads} reads, ${mib(bytes)} compared`,
    `${tally.failures.length} failed, ${interrupted} cut by ${last?.life ?? 0} restarts`,
    `${trouble.count} events`,
    `resident ${mib(last?.residentBytes ?? 0)}`,
    `${last?.descriptors ?? 0} descriptors`,
    `${last?.transfers ?? 0} transfers`,
    `${(last?.apiCalls ?? 0) - (before?.apiCalls ?? 0)} API calls`,
  ].join(', ');
}

/** The result as a page of Markdown. */
export function finalPage(
  minutes: number,
  tally: Tally,
  observer: Observer,
  checks: readonly Check[],
): string {
  const readers = [...READER_KINDS.map((kind) => row(kind, tally.of(kind))), row('all', tally.total())];
  return [
    `## ${minutes} minutes`,
    '',
    `${observer.samples.at(-1)?.life ?? 0} restarts.`,
    '',
    '| readers | reads | compared | cut by a restart | longest wait for bytes |',
    '| --- | --- | --- | --- | --- |',
    ...readers,
    '',
    '| what must hold | found | |',
    '| --- | --- | --- |',
    ...checks.map(({ name, found, passed }) => `| ${name} | ${found} | ${passed ? 'passed' : 'FAILED'} |`),
    '',
  ].join('\n');
}

function row(name: string, { reads, bytes, interrupted, longestWait }: ReaderTally): string {
  return `| ${name} | ${reads} | ${mib(bytes)} | ${interrupted} | ${(longestWait / 1000).toFixed(1)} s |`;
}
