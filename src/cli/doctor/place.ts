import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ensureDataDirectory } from '../../app/data-directory.ts';
import { assertSafeToListen } from '../../app/listen.ts';
import { runningAddress } from '../../app/run-file.ts';
import type { Settings } from '../../config/settings.ts';
import { asBridgeError } from '../../errors.ts';
import { formatBytes } from '../format.ts';
import { failure, ok, warning, type Finding } from './finding.ts';

/** Room that the catalogue and its journal need beside the block cache. */
const CATALOGUE_BYTES = 512 * 1024 * 1024;

export async function checkDataDirectory({ dataDir, cacheDisk }: Settings): Promise<Finding[]> {
  try {
    ensureDataDirectory(dataDir);
  } catch (thrown) {
    const error = asBridgeError(thrown);
    return [failure('data directory', error.message, error.hint)];
  }
  return [checkMode(dataDir), await checkSpace(dataDir, cacheDisk)];
}

function checkMode(dataDir: string): Finding {
  const open = process.platform !== 'win32' && (statSync(dataDir).mode & 0o077) !== 0;
  return open
    ? warning('data directory', `${dataDir} is open to other users`, `Run: chmod 700 ${dataDir}`)
    : ok('data directory', dataDir);
}

async function checkSpace(dataDir: string, cacheDisk: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free, the block cache may take ${formatBytes(cacheDisk)}`;
  return free < cacheDisk + CATALOGUE_BYTES
    ? warning('disk space', detail, 'Free some space, or set BRIDGE_CACHE_DISK to less.')
    : ok('disk space', detail);
}

export async function checkPort(settings: Settings): Promise<Finding> {
  const { host, port } = settings;
  try {
    assertSafeToListen(settings);
  } catch (thrown) {
    const error = asBridgeError(thrown);
    return failure('port', error.message, error.hint);
  }
  const code = await tryToListen(host, port);
  if (code === null) return ok('port', `${port} on ${host} is free`);
  const address = runningAddress(settings.dataDir);
  if (code === 'EADDRINUSE' && address !== null) return ok('port', `the bridge runs at ${address}`);
  return failure(
    'port',
    `${port} on ${host} cannot be had (${code})`,
    'Stop the program that uses it, or set BRIDGE_PORT or BRIDGE_HOST.',
  );
}

/** Null: it can be listened on; else the code of the failure. */
function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
