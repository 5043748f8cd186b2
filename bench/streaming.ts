import { execFile } from 'node:child_process';
import { link, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '../src/emulator/emulator.ts';
import { EmulatedAccount } from '../src/emulator/account.ts';
import { syntheticContent } from '../src/emulator/content.ts';
import { seededRandom } from '../src/emulator/seeded-random.ts';
import { readAtRandom, type Latencies } from './load.ts';
import { startStorage } from './nginx.ts';
import { freePort } from '../test/support/free-port.ts';
import type { Program } from './program.ts';
import { median } from './statistics.ts';
import { NGINX, RCLONE, startSubjects, type Subject } from './subjects.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const FILE_SIZE = 4 * GIB;
const ROUNDS = 5;
/** One for each round: whoever has a cache meets each for the first time. */
const FILMS = Array.from({ length: ROUNDS }, (_, round) => `film-${round}.bin`);
const [FILM = ''] = FILMS;
/** What is read a second time; every cache here can hold it. */
const REPEATED = 64 * MIB;
const READ_SIZE = 64 * 1024;
const READ_SECONDS = 3;
const CONNECTIONS = [1, 16, 64];

interface Throughput {
  readonly mibPerSecond: number;
  readonly cpuSecondsPerGib: number;
  readonly residentMib: number;
}

const run = promisify(execFile);

/**
 * Compares the bridge with what people use in its place, all in front of the same storage host, a round of each in
 * turn, so that noise of the machine falls on all alike. Prints medians and ratios.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fichier-bridge-bench-'));
  const running: Program[] = [];
  const storagePort = await freePort();
  const account = new EmulatedAccount();
  for (const film of FILMS) account.addFile(0, film, syntheticContent(film, FILE_SIZE));
  const emulator = await startEmulator({ account, quirks: { linkPort: storagePort } });
  try {
    await writeFilms(folder);
    running.push(await startStorage(folder, FILM, storagePort));
    const { apiUrl, apiKey } = emulator;
    const subjects = await startSubjects({ folder, storagePort, apiUrl, apiKey }, FILM);
    running.push(...subjects.map((subject) => subject.program));
    await compareStreams(subjects);
    await compareRepeats(subjects);
    await compareRandomReads(subjects);
    console.log(`API calls: ${JSON.stringify(emulator.counts().api)}`);
  } finally {
    for (const program of running.reverse()) await program.stop();
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Real bytes, not a hole: reading a hole costs the storage host less than a disk does. */
async function writeFilms(folder: string): Promise<void> {
  const file = await open(join(folder, FILM), 'w');
  const piece = Buffer.alloc(8 * MIB, 'a film that nobody watches ');
  for (let at = 0; at < FILE_SIZE; at += piece.length) await file.write(piece);
  await file.close();
  for (const film of FILMS.slice(1)) await link(join(folder, FILM), join(folder, film));
}

/** Films that nobody has read before. */
async function compareStreams(subjects: readonly Subject[]): Promise<void> {
  const measured = await inRounds(subjects, (subject, film) => readFrom(subject, film, FILE_SIZE));
  console.log(`\nOne stream of ${FILE_SIZE / GIB} GiB, medians of ${ROUNDS} interleaved rounds`);
  printThroughput(measured);
}

/** What has just been read, read again. */
async function compareRepeats(subjects: readonly Subject[]): Promise<void> {
  const measured = await inRounds(subjects, async (subject) => {
    await readFrom(subject, FILM, REPEATED);
    return readFrom(subject, FILM, REPEATED);
  });
  console.log(`\n${REPEATED / MIB} MiB read again, medians of ${ROUNDS} interleaved rounds`);
  printThroughput(measured);
}

/** What was measured of each by its name, a round of all in turn with each film. */
async function inRounds(
  subjects: readonly Subject[],
  measure: (subject: Subject, film: string) => Promise<Throughput>,
): Promise<Map<string, Throughput[]>> {
  const measured = new Map<string, Throughput[]>(subjects.map(({ program }) => [program.name, []]));
  for (const film of FILMS) {
    for (const subject of subjects) {
      measured.get(subject.program.name)?.push(await measure(subject, film));
    }
  }
  return measured;
}

function printThroughput(measured: ReadonlyMap<string, readonly Throughput[]>): void {
  const speedOf = (name: string): number => median((measured.get(name) ?? []).map((one) => one.mibPerSecond));
  const rows = [...measured].map(([name, rounds]) => {
    const speed = speedOf(name);
    const row = {
      'MiB/s': Math.round(speed),
      'x nginx': (speed / speedOf(NGINX)).toFixed(2),
      'x rclone': (speed / speedOf(RCLONE)).toFixed(2),
      'CPU s/GiB': median(rounds.map((one) => one.cpuSecondsPerGib)).toFixed(2),
      'RSS MiB': Math.round(median(rounds.map((one) => one.residentMib))),
    };
    return [name, row] as const;
  });
  console.table(Object.fromEntries(rows));
}

/** Reads the first `bytes` of a film. */
async function readFrom(
  { program, origin, pathOf }: Subject,
  film: string,
  bytes: number,
): Promise<Throughput> {
  // What one server left to be written must not slow the next.
  await run('sync');
  const cpuBefore = program.cpuSeconds();
  const { stdout } = await run('curl', [
    ...['-sS', '-f', '-o', '/dev/null', '-w', '%{speed_download} %{size_download}'],
    ...['-r', `0-${bytes - 1}`, origin + pathOf(film)],
  ]);
  const [speed, size] = stdout.split(' ').map(Number);
  if (size !== bytes) throw new Error(`${program.name} gave ${size ?? 0} bytes`);
  return {
    mibPerSecond: (speed ?? 0) / MIB,
    cpuSecondsPerGib: (program.cpuSeconds() - cpuBefore) / (bytes / GIB),
    residentMib: program.residentBytes() / MIB,
  };
}

async function compareRandomReads(subjects: readonly Subject[]): Promise<void> {
  for (const connections of CONNECTIONS) {
    const rows: Record<string, Record<string, string>> = {};
    const results = new Map<string, Latencies>();
    for (const { program, origin, pathOf } of subjects) {
      const plan = { fileSize: FILE_SIZE, readSize: READ_SIZE, connections, seconds: READ_SECONDS };
      const target = { origin, path: pathOf(FILM) };
      results.set(program.name, await readAtRandom(target, { ...plan, random: seededRandom(connections) }));
    }
    const base = results.get(NGINX);
    for (const [name, one] of results) {
      rows[name] = {
        'reads/s': one.perSecond.toFixed(0),
        'x nginx': (one.perSecond / (base?.perSecond ?? Number.NaN)).toFixed(2),
        'first byte p50 ms': one.firstByteP50.toFixed(2),
        'added p50 ms': (one.firstByteP50 - (base?.firstByteP50 ?? Number.NaN)).toFixed(2),
        'first byte p99 ms': one.firstByteP99.toFixed(2),
        'added p99 ms': (one.firstByteP99 - (base?.firstByteP99 ?? Number.NaN)).toFixed(2),
      };
    }
    console.log(`\n64 KiB at random places, ${connections} connections, ${READ_SECONDS} s each`);
    console.table(rows);
  }
}

await main();
