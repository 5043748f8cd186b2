import { join } from 'node:path';
import { runningAddress } from '../app/run-file.ts';
import { systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import { MountPoint } from '../mount/mount-point.ts';
import { rcloneArguments, rcloneEnvironment } from '../mount/rclone-command.ts';
import { keepMounted } from '../mount/supervisor.ts';
import { BridgeConnection } from './bridge-connection.ts';
import { stopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

export interface MountOrder {
  readonly settings: Settings;
  readonly folder: string;
  readonly allowOther: boolean;
  /** Of the bridge; null: find it. */
  readonly address: string | null;
  readonly terminal: Terminal;
}

/** How long the bridge may take to say that it is there (ms). */
const LOOK_MS = 5_000;

/** Mounts until a signal says to stop, then unmounts. */
export async function runMount({
  settings,
  folder,
  allowOther,
  address,
  terminal,
}: MountOrder): Promise<void> {
  const stopping = new AbortController();
  void stopSignal(systemClock).then(() => stopping.abort());
  const mountPoint = new MountPoint(folder);
  const bridge = withSlash(address ?? bridgeAddress(settings));
  await lookAtBridge(bridge, settings.token, terminal);
  const url = new URL('dav/', bridge).href;
  terminal.remark(`mounting ${url} at ${mountPoint.path}; stop with Ctrl-C`);
  await keepMounted(
    {
      program: settings.rclone,
      args: rcloneArguments({ url, mountPoint: mountPoint.path, writable: settings.write, allowOther }),
      environment: rcloneEnvironment(settings.token),
      mountPoint,
      clock: systemClock,
      remark: (text) => terminal.remark(text),
    },
    stopping.signal,
  );
}

/**
 * rclone mounts whatever it is given and shows errors in place of files, so that who mounts is told here. A bridge that is
 * still to come is waited for by the mount itself.
 *
 * @throws BridgeError `unauthorized` when the bridge does not take the token.
 */
async function lookAtBridge(address: string, token: string | null, terminal: Terminal): Promise<void> {
  const connection = new BridgeConnection(address, token ?? '');
  try {
    const { body } = await connection.send('api/v1/crawl', { signal: AbortSignal.timeout(LOOK_MS) });
    await body.dump();
  } catch (error) {
    const { kind, message } = asBridgeError(error);
    if (kind === 'unauthorized') {
      throw new BridgeError(kind, `the bridge at ${address} says: ${message}`, {
        cause: error,
        hint: 'Set BRIDGE_TOKEN to the token of that bridge.',
      });
    }
    const what = kind === 'cancelled' ? `the bridge at ${address} does not answer` : message;
    terminal.remark(`${what}; the mount shows no files until it does`);
  } finally {
    await connection.close();
  }
}

/** Of the bridge that runs on the data directory, its own or the demo's; else where the settings put one. */
function bridgeAddress(settings: Settings): string {
  return (
    runningAddress(settings.dataDir) ??
    runningAddress(join(settings.dataDir, 'demo')) ??
    `http://${hostToReach(settings.host)}:${settings.port}/`
  );
}

function hostToReach(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
