// Runs the bridge for a long time under everything that can go wrong: `npm run soak -- --minutes 60`.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { ChildStage } from '../faults/child-bridge.ts';
import { Observer } from './observer.ts';
import { Readers } from './readers.ts';
import { finalPage, minuteLine } from './report.ts';
import { RestartedBridge } from './restarted-bridge.ts';
import { Sorting } from './sorting.ts';
import { Stock } from './stock.ts';
import { Tally } from './tally.ts';
import { Trouble } from './trouble.ts';
import { verdict } from './verdict.ts';

const MINUTE_MS = 60_000;
/** Share of the time after which the API is locked. */
const LOCK_AT = 0.3;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    /** Where the result is written as a page. */
    page: { type: 'string' },
  },
});
const length = Number(values.minutes) * MINUTE_MS;
if (!(length >= MINUTE_MS)) throw new Error('--minutes takes a number from 1 on');
const random = seededRandom(Number(values.seed));

let stock: Stock | undefined;
const stage = await ChildStage.set((account) => {
  stock = new Stock(account, random);
});
if (stock === undefined) throw new Error('the account was not filled');
const trouble = new Trouble(stage.emulator, random, length * LOCK_AT);
const bridge = new RestartedBridge(stage);
const child = await bridge.serving();
for (const film of stock.films) await child.found(`/library/${film.path}`);

const tally = new Tally();
const mishaps: string[] = [];
const observer = new Observer(bridge, stage.emulator);
const sorting = new Sorting(bridge, stock, random);
trouble.begin();
const readers = new Readers({ bridge, stock, random, tally });

/** Stops and starts, in turn politely and not, for the first half; the second shows whether anything grows. */
async function restartNowAndThen(): Promise<number> {
  const shortest = Math.min(length / 10, MINUTE_MS / 2);
  for (let restart = 0; ; restart += 1) {
    const rest = shortest * (1 + random());
    if (observer.elapsed + rest > length / 2) return observer.elapsed;
    await wait(rest);
    await bridge.restart(restart % 2 === 0 ? 'SIGKILL' : 'SIGTERM').catch((error: unknown) => {
      mishaps.push(String(error));
    });
  }
}

async function tellEachMinute(): Promise<void> {
  for (let minute = 1; minute * MINUTE_MS <= length; minute += 1) {
    await wait(minute * MINUTE_MS - observer.elapsed);
    console.log(minuteLine(minute, tally, observer, trouble));
  }
}

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').split('\n').slice(-40);
  return lines.map((line) => line.slice(0, 300)).join('\n');
}

const [steadyFrom] = await Promise.all([restartNowAndThen(), tellEachMinute()]);
await readers.stop();
observer.stop();
const atRest = await observer.atRest();
await trouble.end();
const missing = await sorting.finish();
if ((await bridge.stop('SIGTERM')) !== 0) mishaps.push('the last SIGTERM did not end the bridge well');

const checks = verdict({
  samples: observer.samples,
  steadyFrom,
  atRest,
  readFailures: tally.failures,
  mishaps: [
    ...mishaps,
    ...observer.deaths.map((at) => `the bridge ended by itself after ${Math.round(at)} ms`),
  ],
  counts: stage.emulator.counts(),
  missing,
});
const page = finalPage(Number(values.minutes), tally, observer, checks);
console.log(`\n${page}`);
if (values.page !== undefined) writeFileSync(values.page, page);
const failed = checks.filter((check) => !check.passed).length;
if (failed > 0) console.log(lastLines(bridge.logFile));
await stage.clear();
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
