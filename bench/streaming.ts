import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '../src/emulator/emulator.ts';
import { EmulatedAccount } from '../src/emulator/account.ts';
import { syntheticContent } from '../src/emulator/content.ts';
import { seededRandom } from '../src/emulator/seeded-random.ts';
import { readAtRandom, type Latencies, type Target } from './load.ts';
import { startProxy, startStorage } from './nginx.ts';
import { freePort } from '../test/support/free-port.ts';
import { Program } from './program.ts';
import { median } from './statistics.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const FILE = 'film.bin';
const FILE_SIZE = 4 * GIB;
const ROUNDS = 5;
const READ_SIZE = 64 * 1024;
const READ_SECONDS = 3;
const CONNECTIONS = [1, 16, 64];

interface Subject {
  readonly program: Program;
  readonly target: Target;
}

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
  const folder = mkdtempSync(join(tmpdir(), 'fichier-bridge-bench-'));
  const running: Program[] = [];
  const storagePort = await freePort();
  const account = new EmulatedAccount();
  account.addFile(0, FILE, syntheticContent('film', FILE_SIZE));
  const emulator = await startEmulator({
    account,
    quirks: { linkPort: storagePort },
  });
  try {
    await writeFilm(join(folder, FILE));
    running.push(await startStorage(folder, FILE, storagePort));
    const subjects = await startSubjects(folder, storagePort, emulator.apiUrl, emulator.apiKey);
    running.push(...subjects.map((subject) => subject.program));
    await compareThroughput(subjects);
    await compareRandomReads(subjects);
    console.log(`API calls: ${JSON.stringify(emulator.counts().api)}`);
  } finally {
    for (const program of running.reverse()) await program.stop();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Real bytes, not a hole: reading a hole costs the storage host less than a disk does. */
async function writeFilm(path: string): Promise<void> {
  const file = await open(path, 'w');
  const piece = Buffer.alloc(8 * MIB, 'a film that nobody watches ');
  for (let at = 0; at < FILE_SIZE; at += piece.length) await file.write(piece);
  await file.close();
}

async function startSubjects(
  folder: string,
  storagePort: number,
  apiUrl: string,
  apiKey: string,
): Promise<Subject[]> {
  const [proxyPort, rclonePort] = [await freePort(), await freePort()];
  const plain = `/${FILE}`;
  const rclone = [
    'rclone',
    'serve',
    'http',
    '--addr',
    `127.0.0.1:${rclonePort}`,
    '--config',
    '/dev/null',
  ] as const;
  return [
    {
      program: await startProxy(folder, proxyPort, storagePort),
      target: { origin: `http://127.0.0.1:${proxyPort}`, path: plain },
    },
    {
      program: await Program.start('rclone serve http', rclonePort, [
        ...rclone,
        `:http,url='http://127.0.0.1:${storagePort}/':`,
      ]),
      target: { origin: `http://127.0.0.1:${rclonePort}`, path: plain },
    },
    await startBridge('bridge, blocks', folder, apiUrl, apiKey, { BRIDGE_CACHE_DISK: '0' }),
    await startBridge('bridge, blocks and disk', folder, apiUrl, apiKey, { BRIDGE_CACHE_DISK: '1GiB' }),
    await startBridge('bridge, passthrough', folder, apiUrl, apiKey, { BRIDGE_CACHE_MODE: 'passthrough' }),
  ];
}

async function startBridge(
  name: string,
  folder: string,
  apiUrl: string,
  apiKey: string,
  settings: Readonly<Record<string, string>>,
): Promise<Subject> {
  const port = await freePort();
  const program = await Program.start(name, port, [process.execPath, 'dist/main.js', 'serve'], {
    FICHIER_API_URL: apiUrl,
    FICHIER_API_KEY: apiKey,
    BRIDGE_PORT: String(port),
    BRIDGE_DATA_DIR: join(folder, `data-${port}`),
    BRIDGE_LOG_LEVEL: 'warn',
    ...settings,
  });
  const target = { origin: `http://127.0.0.1:${port}`, path: `/library/${FILE}` };
  await untilServed(target);
  return { program, target };
}

/** The first crawl takes a moment. */
async function untilServed(target: Target): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(target.origin + target.path, { method: 'HEAD' });
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${target.origin} does not list the file`);
}

async function compareThroughput(subjects: readonly Subject[]): Promise<void> {
  const measured = new Map<string, Throughput[]>(subjects.map(({ program }) => [program.name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const subject of subjects) measured.get(subject.program.name)?.push(await readWhole(subject));
  }
  console.log(`\nOne stream of ${FILE_SIZE / GIB} GiB, medians of ${ROUNDS} interleaved rounds`);
  const base = median((measured.get('nginx proxy_pass') ?? []).map((one) => one.mibPerSecond));
  const rclone = median((measured.get('rclone serve http') ?? []).map((one) => one.mibPerSecond));
  console.table(
    Object.fromEntries(
      [...measured].map(([name, rounds]) => {
        const speed = median(rounds.map((one) => one.mibPerSecond));
        return [
          name,
          {
            'MiB/s': Math.round(speed),
            'x nginx': (speed / base).toFixed(2),
            'x rclone': (speed / rclone).toFixed(2),
            'CPU s/GiB': median(rounds.map((one) => one.cpuSecondsPerGib)).toFixed(2),
            'RSS MiB': Math.round(median(rounds.map((one) => one.residentMib))),
          },
        ];
      }),
    ),
  );
}

async function readWhole({ program, target }: Subject): Promise<Throughput> {
  const cpuBefore = program.cpuSeconds();
  const { stdout } = await run('curl', [
    '-sS',
    '-f',
    '-o',
    '/dev/null',
    '-w',
    '%{speed_download} %{size_download}',
    target.origin + target.path,
  ]);
  const [speed, size] = stdout.split(' ').map(Number);
  if (size !== FILE_SIZE) throw new Error(`${program.name} gave ${size ?? 0} bytes`);
  return {
    mibPerSecond: (speed ?? 0) / MIB,
    cpuSecondsPerGib: (program.cpuSeconds() - cpuBefore) / (FILE_SIZE / GIB),
    residentMib: program.residentBytes() / MIB,
  };
}

async function compareRandomReads(subjects: readonly Subject[]): Promise<void> {
  for (const connections of CONNECTIONS) {
    const rows: Record<string, Record<string, string>> = {};
    const results = new Map<string, Latencies>();
    for (const { program, target } of subjects) {
      const plan = { fileSize: FILE_SIZE, readSize: READ_SIZE, connections, seconds: READ_SECONDS };
      results.set(program.name, await readAtRandom(target, { ...plan, random: seededRandom(connections) }));
    }
    const base = results.get('nginx proxy_pass');
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
