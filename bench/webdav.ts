import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fastify from 'fastify';
import { systemClock } from '../src/clock.ts';
import { BridgeError } from '../src/errors.ts';
import type { FichierApi, FichierWriteApi, RemoteFile } from '../src/fichier/api.ts';
import { prepareRoot } from '../src/library/catalogue-root.ts';
import { catalogueSchema } from '../src/library/catalogue-schema.ts';
import { ChangeLog } from '../src/library/change-log.ts';
import { EntryTable } from '../src/library/entry-table.ts';
import { Mirror } from '../src/library/mirror.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../src/library/mirrored-library.ts';
import { openDatabase, type Database } from '../src/store/database.ts';
import { webDav } from '../src/webdav/plugin.ts';
import { webDavSchema } from '../src/webdav/schema.ts';
import { freePort } from '../test/support/free-port.ts';
import { median } from './statistics.ts';

const run = promisify(execFile);

/** PROPFIND of a large folder beside `rclone serve webdav` on the same entries, and what it costs in memory. */
const ENTRIES = 10_000;
const MANY_ENTRIES = 50_000;
const ROUNDS = 10;
const MIB = 2 ** 20;
const FOLDERS = { compared: 1, many: 2 };

/** What rclone, davfs2 and the file managers ask for. */
const QUESTION =
  '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:displayname/><D:getlastmodified/>' +
  '<D:getcontentlength/><D:resourcetype/><D:getcontenttype/><D:getetag/></D:prop></D:propfind>';

function nameOf(index: number): string {
  return `Series & Friends S${Math.floor(index / 24)}E${index % 24} (2026) [1080p] part ${index}.mkv`;
}

function fileOf(index: number): RemoteFile {
  return {
    url: `https://1fichier.com/?${index.toString(36).padStart(20, '0')}`,
    filename: nameOf(index),
    size: 1000 + index,
    uploadedAt: 1_700_000_000_000 + index * 1000,
    checksum: null,
    contentType: null,
  };
}

function fill(database: Database): void {
  const now = systemClock.now();
  prepareRoot(database, 0, now);
  const mirror = new Mirror(
    database,
    0,
    new EntryTable(database, new ChangeLog(database)),
    defaultLibrarySettings,
  );
  const folder = (id: number) => ({ id, name: `folder-${id}`, createdAt: null });
  const complete = { complete: true, flaw: null } as const;
  const folders = [folder(FOLDERS.compared), folder(FOLDERS.many)];
  mirror.applyListing(
    0,
    { folder: { id: 0, name: 'Root', createdAt: null }, folders, files: [], ...complete },
    now,
  );
  const filesFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => fileOf(first + index));
  for (const [id, first, count] of [
    [FOLDERS.compared, 0, ENTRIES],
    [FOLDERS.many, ENTRIES, MANY_ENTRIES],
  ] as const) {
    mirror.applyListing(
      id,
      { folder: folder(id), folders: [], files: filesFrom(first, count), ...complete },
      now,
    );
  }
}

/** An account that cannot be reached: everything comes from the catalogue. */
function silentApi(): FichierApi & FichierWriteApi {
  const refuse = (): Promise<never> => Promise.reject(new BridgeError('upstream-unavailable', 'no account'));
  return {
    account: refuse,
    listFolder: refuse,
    fileInfo: refuse,
    getLink: refuse,
    makeFolder: refuse,
    renameFile: refuse,
    moveFile: refuse,
    copyFile: refuse,
    removeFile: refuse,
    renameFolder: refuse,
    moveFolder: refuse,
    removeFolder: refuse,
    upload: refuse,
    requestRemoteUpload: refuse,
    remoteUploads: refuse,
    remoteUploadStatus: refuse,
  };
}

async function serve(databasePath: string, port: number): Promise<void> {
  const database = openDatabase(databasePath, [catalogueSchema, webDavSchema]);
  const library = new MirroredLibrary({
    database,
    api: silentApi(),
    clock: systemClock,
    rootId: 0,
    settings: defaultLibrarySettings,
  });
  const app = fastify();
  await app.register(
    webDav({
      library,
      writerFor: () => null,
      serveFile: (_request, reply) => Promise.resolve(reply.code(404).send()),
      database,
      quota: () => Promise.resolve(null),
      clock: systemClock,
      spool: { directory: join(databasePath, '..', 'spool'), budgetBytes: 0 },
    }),
    { prefix: '/dav' },
  );
  await app.listen({ host: '127.0.0.1', port });
}

interface Subject {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
}

async function start(name: string, url: string, command: string, args: readonly string[]): Promise<Subject> {
  const subject = { name, url, process: spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }) };
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (subject.process.exitCode !== null) throw new Error(`${name} ended at once`);
    try {
      await propfind(new URL('/', url).href, '0');
      return subject;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`${name} does not answer`);
}

interface Answer {
  readonly ms: number;
  readonly body: Buffer;
}

async function propfind(url: string, depth: string): Promise<Answer> {
  const begun = performance.now();
  const headers = { depth, 'content-type': 'application/xml' };
  const response = await fetch(url, { method: 'PROPFIND', headers, body: QUESTION });
  const body = Buffer.from(await response.arrayBuffer());
  return { ms: performance.now() - begun, body };
}

/** curl takes so little itself that what is measured is the server. */
async function timeWithCurl(url: string): Promise<number> {
  const request = ['-X', 'PROPFIND', '-H', 'Depth: 1', '-H', 'Content-Type: application/xml', '-d', QUESTION];
  const output = ['-sS', '-f', '-o', '/dev/null', '-w', '%{time_total}'];
  const { stdout } = await run('curl', [...output, ...request, url]);
  return Number(stdout) * 1000;
}

function requireEntries(name: string, { body }: Answer, entries: number): void {
  const found = body.toString().split(/<D:response[ >]/).length - 2;
  if (found !== entries) throw new Error(`${name} gave ${found} entries`);
}

function residentMib({ process: { pid } }: Subject, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / MIB;
}

async function compare(bridge: Subject, rclone: Subject): Promise<void> {
  const times = new Map<Subject, number[]>([
    [bridge, []],
    [rclone, []],
  ]);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [subject, taken] of times) {
      // The first round warms both up.
      if (round === 0) requireEntries(subject.name, await propfind(subject.url, '1'), ENTRIES);
      else taken.push(await timeWithCurl(subject.url));
    }
  }
  for (const [{ name }, taken] of times)
    console.log(`${name}: ${median(taken).toFixed(0)} ms (median of ${ROUNDS})`);
  const ratio = median(times.get(rclone) ?? []) / median(times.get(bridge) ?? []);
  console.log(
    `PROPFIND Depth 1 of ${ENTRIES} entries: ${ratio.toFixed(1)} times as fast as rclone serve webdav`,
  );
}

async function measureMemory(bridge: Subject, idleMib: number): Promise<void> {
  // From here on the peak counts anew (proc_pid_clear_refs(5)).
  writeFileSync(`/proc/${String(bridge.process.pid)}/clear_refs`, '5');
  const answer = await propfind(new URL(`/dav/folder-${FOLDERS.many}`, bridge.url).href, '1');
  const above = residentMib(bridge, 'VmHWM') - idleMib;
  console.log(
    `PROPFIND Depth 1 of ${MANY_ENTRIES} entries: ${answer.ms.toFixed(0)} ms, peak ${above.toFixed(0)} MiB above idle`,
  );
  requireEntries(bridge.name, answer, MANY_ENTRIES);
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-webdav-'));
  const started: Subject[] = [];
  try {
    const databasePath = join(directory, 'bridge.db');
    const database = openDatabase(databasePath, [catalogueSchema, webDavSchema]);
    fill(database);
    database.close();
    const files = join(directory, 'files');
    mkdirSync(files);
    for (let index = 0; index < ENTRIES; index += 1) {
      const path = join(files, nameOf(index));
      writeFileSync(path, '');
      truncateSync(path, 1000 + index);
    }
    const [bridgePort, rclonePort] = [await freePort(), await freePort()];
    const bridgeUrl = `http://127.0.0.1:${bridgePort}/dav/folder-${FOLDERS.compared}`;
    const self = [...process.execArgv, import.meta.filename, '--serve', databasePath, String(bridgePort)];
    const bridge = await start('fichier-bridge', bridgeUrl, process.execPath, self);
    started.push(bridge);
    const idleMib = residentMib(bridge, 'VmRSS');
    await measureMemory(bridge, idleMib);
    console.log(spawnSync('rclone', ['version'], { encoding: 'utf8' }).stdout.split('\n')[0]);
    const rcloneUrl = `http://127.0.0.1:${rclonePort}/`;
    const flags = ['serve', 'webdav', files, '--addr', `127.0.0.1:${rclonePort}`, '--log-level', 'ERROR'];
    const rclone = await start('rclone serve webdav', rcloneUrl, 'rclone', flags);
    started.push(rclone);
    await compare(bridge, rclone);
  } finally {
    for (const subject of started) subject.process.kill();
    rmSync(directory, { recursive: true });
  }
}

const [mode, path, port] = process.argv.slice(2);
if (mode === '--serve' && path !== undefined) await serve(path, Number(port));
else await main();
