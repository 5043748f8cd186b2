// 64 viewers at 25 Mbit/s each who seek while the storage host fails now and then:
// `npm run bench:viewers -- [viewers] [seconds] [connections ...]`.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { EmulatedAccount } from '../src/emulator/account.ts';
import { syntheticContent } from '../src/emulator/content.ts';
import { startEmulator, type Emulator } from '../src/emulator/emulator.ts';
import { startFailingStorage } from './nginx.ts';
import { freePort } from '../test/support/free-port.ts';
import { Program } from './program.ts';
import { quantile } from './statistics.ts';

const MIB = 1024 * 1024;
const VIEWERS = Number(process.argv[2] ?? 64);
const SECONDS = Number(process.argv[3] ?? 60);
/** The most that 1fichier bears, and what the bridge makes of it unless told otherwise. */
const CONNECTIONS = process.argv.length > 4 ? process.argv.slice(4).map(Number) : [30, 12];
const BYTES_PER_SECOND = 25_000_000 / 8;
const FILE = 'film.bin';
const FILE_SIZE = 1024 * MIB;
/** Repeats at no round distance, so that bytes of another place show. */
const PATTERN = randomBytes(4 * MIB - 13);
/** A viewer seeks after this long at the most (s). */
const LONGEST_VIEW = 20;
const CACHE = 64 * MIB;
const READ_AHEAD = 128 * MIB;

/** All in ms. */
class Watch {
  /** From a request to its first byte, of the first views, which all begin at the same moment. */
  readonly starts: number[] = [];
  /** The same of those after a seek. */
  readonly seeks: number[] = [];
  /** Longest time without a byte that was due, of each view: a player without any buffer would stand still so long. */
  readonly stalls: number[] = [];
  readonly problems: string[] = [];
  bytes = 0;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fichier-bridge-viewers-'));
  const storagePort = await freePort();
  const account = new EmulatedAccount();
  for (let film = 0; film < VIEWERS; film += 1) {
    account.addFile(0, `film-${film}.mkv`, syntheticContent(film, FILE_SIZE));
  }
  const emulator = await startEmulator({ account, quirks: { linkPort: storagePort } });
  const running: Program[] = [];
  try {
    await writeFilm(join(folder, FILE));
    running.push(await startFailingStorage(folder, FILE, storagePort));
    for (const connections of CONNECTIONS) await measure(folder, emulator, connections);
  } finally {
    for (const program of running.reverse()) await program.stop();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, emulator: Emulator, connections: number): Promise<void> {
  const port = await freePort();
  const bridge = await Program.start('bridge', port, [process.execPath, 'dist/main.js', 'serve'], {
    FICHIER_API_URL: emulator.apiUrl,
    FICHIER_API_KEY: emulator.apiKey,
    FICHIER_CALLS_PER_SECOND: '3',
    FICHIER_CALL_BURST: '10',
    BRIDGE_PORT: String(port),
    BRIDGE_DATA_DIR: join(folder, `data-${port}`),
    BRIDGE_LOG_LEVEL: 'error',
    BRIDGE_CACHE_MEMORY: String(CACHE),
    BRIDGE_CACHE_DISK: '0',
    BRIDGE_READ_AHEAD: String(READ_AHEAD),
    BRIDGE_CONNECTIONS: String(connections),
  });
  try {
    await everyLink(`http://127.0.0.1:${port}`);
    const outcome = await watchAll(`http://127.0.0.1:${port}`, bridge);
    console.log(`\n${connections} connections`);
    await report(bridge, outcome);
  } finally {
    await bridge.stop();
  }
}

async function writeFilm(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let at = 0; at < FILE_SIZE; at += PATTERN.length) {
    await file.write(PATTERN.subarray(0, Math.min(PATTERN.length, FILE_SIZE - at)));
  }
  await file.close();
}

/** Waits for the first crawl and has a link of every film at hand: what is measured is streaming, not the API. */
async function everyLink(origin: string): Promise<void> {
  for (let film = 0; film < VIEWERS; film += 1) {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(`${origin}/library/film-${film}.mkv`, { headers: { range: 'bytes=0-0' } });
      await answer.arrayBuffer();
      if (answer.status === 206) break;
      if (attempt === 100) throw new Error(`film ${film} is answered with ${answer.status}`);
      await wait(100);
    }
  }
}

interface Outcome {
  readonly watch: Watch;
  readonly peakResident: number;
  readonly cpuSeconds: number;
  /** What playing and comparing took: more than a core of it would be the limit. */
  readonly viewersCpuSeconds: number;
  readonly seconds: number;
}

async function watchAll(origin: string, bridge: Program): Promise<Outcome> {
  const watch = new Watch();
  const agent = new Agent({ connections: VIEWERS });
  const begun = performance.now();
  const until = begun + SECONDS * 1000;
  const cpuBefore = bridge.cpuSeconds();
  const ownBefore = process.cpuUsage();
  let peakResident = 0;
  const sampling = setInterval(() => (peakResident = Math.max(peakResident, bridge.residentBytes())), 200);
  const viewer = async (film: number): Promise<void> => {
    for (let firstBytes = watch.starts; performance.now() < until; firstBytes = watch.seeks) {
      const seconds = Math.min(
        LONGEST_VIEW * (0.2 + 0.8 * Math.random()),
        (until - performance.now()) / 1000,
      );
      const start = Math.floor(Math.random() * (FILE_SIZE - LONGEST_VIEW * BYTES_PER_SECOND));
      const address = `${origin}/library/film-${film}.mkv`;
      await view({ agent, address, start, seconds, firstBytes, watch }).catch((error: unknown) => {
        watch.problems.push(`film ${film} from ${start}: ${String(error)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: VIEWERS }, (_, film) => viewer(film)));
  clearInterval(sampling);
  await agent.destroy();
  const seconds = (performance.now() - begun) / 1000;
  const own = process.cpuUsage(ownBefore);
  return {
    watch,
    peakResident,
    cpuSeconds: bridge.cpuSeconds() - cpuBefore,
    viewersCpuSeconds: (own.user + own.system) / 1e6,
    seconds,
  };
}

interface View {
  readonly agent: Agent;
  readonly address: string;
  /** Offset of the first byte. */
  readonly start: number;
  readonly seconds: number;
  /** Where to note how long the first byte took (ms). */
  readonly firstBytes: number[];
  readonly watch: Watch;
}

/** Plays from `start` on at the rate of the film, comparing every byte. */
async function view({ agent, address, start, seconds, firstBytes, watch }: View): Promise<void> {
  const leave = new AbortController();
  const asked = performance.now();
  const answer = await request(address, {
    dispatcher: agent,
    signal: leave.signal,
    headers: { range: `bytes=${start}-` },
  });
  if (answer.statusCode !== 206) throw new Error(`answered ${answer.statusCode}`);
  let position = start;
  /** When the byte at `start` would have been due, had there been no stall since. */
  let playedFrom: number | null = null;
  let stall = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      const now = performance.now();
      if (playedFrom === null) firstBytes.push(now - asked);
      playedFrom ??= now;
      const late = now - (playedFrom + ((position - start) / BYTES_PER_SECOND) * 1000);
      if (late > 0) {
        stall = Math.max(stall, late);
        playedFrom += late;
      }
      if (!isPattern(chunk, position)) throw new Error(`wrong bytes at ${position}`);
      position += chunk.length;
      watch.bytes += chunk.length;
      if (now - asked > seconds * 1000) return;
      const ahead = playedFrom + ((position - start) / BYTES_PER_SECOND) * 1000 - performance.now();
      if (ahead > 5) await wait(ahead);
    }
    throw new Error(`the body ended at ${position}`);
  } finally {
    watch.stalls.push(stall);
    leave.abort();
  }
}

function isPattern(chunk: Buffer, position: number): boolean {
  for (let compared = 0; compared < chunk.length;) {
    const from = (position + compared) % PATTERN.length;
    const length = Math.min(chunk.length - compared, PATTERN.length - from);
    if (chunk.compare(PATTERN, from, from + length, compared, compared + length) !== 0) return false;
    compared += length;
  }
  return true;
}

async function report(bridge: Program, outcome: Outcome): Promise<void> {
  const { watch, peakResident, seconds } = outcome;
  const ofOneCore = (cpuSeconds: number): string =>
    `${((cpuSeconds / seconds) * 100).toFixed(0)} % of one core`;
  const row = (values: readonly number[]): Record<string, string> => {
    const sorted = values.toSorted((a, b) => a - b);
    const ms = (value: number | undefined): string => `${Math.round(value ?? 0)} ms`;
    return { p50: ms(quantile(sorted, 0.5)), p99: ms(quantile(sorted, 0.99)), most: ms(sorted.at(-1)) };
  };
  const metrics = await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text();
  const healed = metrics.split('\n').filter((line) => line.startsWith('fichier_bridge_healings_total'));
  console.log(`${VIEWERS} viewers at ${(BYTES_PER_SECOND * 8) / 1e6} Mbit/s for ${Math.round(seconds)} s`);
  console.table({
    'first byte, all at once': row(watch.starts),
    'first byte after a seek': row(watch.seeks),
    'stall of a view': row(watch.stalls),
  });
  console.log(`${watch.stalls.length} views, ${Math.round(watch.bytes / MIB / seconds)} MiB/s of
${Math.round((VIEWERS * BYTES_PER_SECOND) / MIB)} wanted, ${watch.problems.length} wrong or broken
${Math.round((peakResident - CACHE - READ_AHEAD) / MIB)} MiB resident above the configured ${(CACHE + READ_AHEAD) / MIB}
bridge: ${ofOneCore(outcome.cpuSeconds)}, viewers: ${ofOneCore(outcome.viewersCpuSeconds)}
${healed.join('\n')}
${watch.problems.slice(0, 10).join('\n')}`);
}

await main();
