import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fetch } from 'undici';
import { ensureDataDirectory } from '../../app/data-directory.ts';
import { assertSafeToListen, listenFailure } from '../../app/listen.ts';
import { runningAddress } from '../../app/run-file.ts';
import type { Settings } from '../../config/settings.ts';
import { asBridgeError } from '../../errors.ts';
import { formatBytes } from '../format.ts';
import { failure, ok, warning, type Finding } from './finding.ts';

/** Room that the catalogue and its journal need beside the block cache. */
const CATALOGUE_BYTES = 512 * 1024 * 1024;
/** With less, no bridge starts. */
const LEAST_BYTES = 8 * 1024 * 1024;

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
  if (free < LEAST_BYTES) {
    return failure(
      'disk space',
      `${formatBytes(free)} free`,
      'Free some space: the catalogue needs it to start.',
    );
  }
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
  const thrown = await tryToListen(host, port);
  if (thrown === null) return ok('port', `${port} on ${host} is free`);
  const bridge = await bridgeOn(port, settings.dataDir);
  if (bridge !== null) return ok('port', `the bridge runs at ${bridge}`);
  const error = asBridgeError(listenFailure(thrown, host, port));
  return failure('port', error.message, error.hint);
}

/** Null: it can be listened on. */
function tryToListen(host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** The address of the bridge, or the demo, of this data directory when it is what listens on the port. */
async function bridgeOn(port: number, dataDir: string): Promise<string | null> {
  const addresses = [dataDir, join(dataDir, 'demo')]
    .map(runningAddress)
    .filter((address) => address !== null);
  const address = addresses.find((candidate) => new URL(candidate).port === String(port));
  if (address === undefined) return null;
  const answer = await fetch(`${address}healthz`).catch(() => null);
  return answer?.ok === true ? address : null;
}
