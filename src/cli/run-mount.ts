import { join } from 'node:path';
import { runningAddress } from '../app/run-file.ts';
import { systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import { MountPoint } from '../mount/mount-point.ts';
import { rcloneArguments, rcloneEnvironment } from '../mount/rclone-command.ts';
import { keepMounted } from '../mount/supervisor.ts';
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
  const url = new URL('dav/', withSlash(address ?? bridgeAddress(settings))).href;
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
