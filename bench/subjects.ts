import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { startProxy } from './nginx.ts';
import { Program } from './program.ts';

/** A server under comparison, and where it serves the films. */
export interface Subject {
  readonly program: Program;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Path of a film by its file name. */
  readonly pathOf: (film: string) => string;
}

export interface Surroundings {
  /** For what the servers write. */
  readonly folder: string;
  /** Where a plain storage host has the films. */
  readonly storagePort: number;
  readonly apiUrl: string;
  readonly apiKey: string;
}

export const NGINX = 'nginx proxy_pass';
export const RCLONE = 'rclone serve http';

/** What people use in place of the bridge, and the bridge in its modes. */
export async function startSubjects(surroundings: Surroundings, aFilm: string): Promise<Subject[]> {
  const bridges = [
    await startBridge('bridge, blocks', surroundings, { BRIDGE_CACHE_DISK: '0' }),
    await startBridge('bridge, blocks and disk', surroundings, { BRIDGE_CACHE_DISK: '1GiB' }),
    await startBridge('bridge, passthrough', surroundings, { BRIDGE_CACHE_MODE: 'passthrough' }),
  ];
  for (const bridge of bridges) await untilServed(bridge.origin + bridge.pathOf(aFilm));
  return [
    await startNginxProxy(surroundings),
    await startRclone(RCLONE, surroundings, []),
    await startRclone('rclone serve http, caching', surroundings, cachingFlags(surroundings)),
    ...bridges,
  ];
}

async function startNginxProxy({ folder, storagePort }: Surroundings): Promise<Subject> {
  const port = await freePort();
  return subject(await startProxy(folder, port, storagePort), port, '/');
}

/** What rclone is told to do behind media servers; what nobody reads any more goes soon, so that the disk does not fill. */
function cachingFlags({ folder }: Surroundings): string[] {
  return [
    ...['--vfs-cache-mode', 'full', '--cache-dir', join(folder, 'rclone-cache')],
    ...['--vfs-cache-max-age', '30s', '--vfs-cache-poll-interval', '5s'],
  ];
}

async function startRclone(
  name: string,
  { storagePort }: Surroundings,
  flags: readonly string[],
): Promise<Subject> {
  const port = await freePort();
  const program = await Program.start(name, port, [
    'rclone',
    ...['serve', 'http', '--addr', `127.0.0.1:${port}`, '--config', '/dev/null'],
    ...flags,
    `:http,url='http://127.0.0.1:${storagePort}/':`,
  ]);
  return subject(program, port, '/');
}

async function startBridge(
  name: string,
  { folder, apiUrl, apiKey }: Surroundings,
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
  return subject(program, port, '/library/');
}

function subject(program: Program, port: number, base: string): Subject {
  return { program, origin: `http://127.0.0.1:${port}`, pathOf: (film) => base + film };
}

/** The first crawl takes a moment. */
async function untilServed(address: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(address, { method: 'HEAD' });
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${address} is not served`);
}
