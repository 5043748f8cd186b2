import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { episodeName, episodeSize, makeLargeCatalogue } from '../test/webdav/large-catalogue.ts';
import { Program } from './program.ts';
import { median } from './statistics.ts';

const run = promisify(execFile);

/**
 * PROPFIND of a large folder beside `rclone serve webdav` on entries of the same names and sizes: the same properties
 * asked by the same client, turn by turn, rclone's directory cache warm.
 */
const ENTRIES = 10_000;
const MANY_ENTRIES = 50_000;
const ROUNDS = 20;
const MIB = 2 ** 20;
const SERVER = join(import.meta.dirname, '../test/webdav/catalogue-server.ts');

/** What rclone, davfs2 and the file managers ask for. */
const QUESTION =
  '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:displayname/><D:getlastmodified/>' +
  '<D:getcontentlength/><D:resourcetype/><D:getcontenttype/><D:getetag/></D:prop></D:propfind>';

interface Subject {
  readonly server: Program;
  /** Of the folder that is listed. */
  readonly url: string;
}

/** Milliseconds. curl takes so little itself that what is measured is the server. */
async function list({ url }: Subject, output: string): Promise<number> {
  const request = ['-X', 'PROPFIND', '-H', 'Depth: 1', '-H', 'Content-Type: application/xml', '-d', QUESTION];
  const { stdout } = await run('curl', ['-sS', '-f', '-o', output, '-w', '%{time_total}', ...request, url]);
  return Number(stdout) * 1000;
}

async function requireEntries(subject: Subject, entries: number): Promise<void> {
  const response = await fetch(subject.url, {
    method: 'PROPFIND',
    headers: { depth: '1', 'content-type': 'application/xml' },
    body: QUESTION,
  });
  const found = (await response.text()).split(/<D:response[ >]/).length - 2;
  if (found !== entries) throw new Error(`${subject.server.name} gave ${found} entries`);
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Turn by turn, so that what else the machine does meets both. */
async function compare(subjects: readonly Subject[]): Promise<readonly Cost[]> {
  // Also warms both up.
  for (const subject of subjects) await requireEntries(subject, ENTRIES);
  const before = subjects.map(({ server }) => server.cpuSeconds());
  const taken = subjects.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, subject] of subjects.entries()) taken[at]?.push(await list(subject, '/dev/null'));
  }
  return subjects.map(({ server }, at) => ({
    ms: median(taken[at] ?? []),
    cpuMs: ((server.cpuSeconds() - (before[at] ?? 0)) * 1000) / ROUNDS,
  }));
}

function report(subjects: readonly Subject[], costs: readonly Cost[]): void {
  for (const [at, { server }] of subjects.entries()) {
    const { ms, cpuMs } = costs[at] ?? { ms: 0, cpuMs: 0 };
    console.log(
      `${server.name}: ${ms.toFixed(0)} ms (median of ${ROUNDS}), ${cpuMs.toFixed(0)} ms of processor`,
    );
  }
  const [bridge, rclone] = costs;
  if (bridge === undefined || rclone === undefined) return;
  console.log(
    `PROPFIND Depth 1 of ${ENTRIES} entries: ${(rclone.ms / bridge.ms).toFixed(1)} times as fast as rclone serve ` +
      `webdav, with 1/${(rclone.cpuMs / bridge.cpuMs).toFixed(1)} of its processor time`,
  );
}

async function measureMemory(subject: Subject): Promise<void> {
  const idle = subject.server.residentBytes();
  subject.server.forgetPeak();
  const ms = await list(subject, '/dev/null');
  const above = (subject.server.peakResidentBytes() - idle) / MIB;
  console.log(
    `PROPFIND Depth 1 of ${MANY_ENTRIES} entries: ${ms.toFixed(0)} ms, peak ${above.toFixed(0)} MiB above idle`,
  );
  await requireEntries(subject, MANY_ENTRIES);
}

async function startBridge(directory: string): Promise<Program> {
  const path = join(directory, 'bridge.db');
  makeLargeCatalogue(path, [ENTRIES, MANY_ENTRIES]);
  const port = await freePort();
  return Program.start('fichier-bridge', port, [
    process.execPath,
    ...process.execArgv,
    SERVER,
    path,
    String(port),
  ]);
}

async function startRclone(directory: string): Promise<Program> {
  const files = join(directory, 'files');
  mkdirSync(files);
  for (let index = 0; index < ENTRIES; index += 1) {
    const path = join(files, episodeName(index));
    writeFileSync(path, '');
    truncateSync(path, episodeSize(index));
  }
  console.log(spawnSync('rclone', ['version'], { encoding: 'utf8' }).stdout.split('\n')[0]);
  const port = await freePort();
  const flags = ['--addr', `127.0.0.1:${port}`, '--log-level', 'ERROR'];
  return Program.start('rclone serve webdav', port, ['rclone', 'serve', 'webdav', files, ...flags]);
}

const directory = mkdtempSync(join(tmpdir(), 'bench-webdav-'));
const started: Program[] = [];
try {
  const bridge = await startBridge(directory);
  started.push(bridge);
  const at = (folder: string): Subject => ({
    server: bridge,
    url: `http://127.0.0.1:${bridge.port}/dav/${folder}`,
  });
  await measureMemory(at('folder-2'));
  const rclone = await startRclone(directory);
  started.push(rclone);
  const subjects = [at('folder-1'), { server: rclone, url: `http://127.0.0.1:${rclone.port}/` }];
  report(subjects, await compare(subjects));
} finally {
  for (const program of started) await program.stop();
  rmSync(directory, { recursive: true });
}
