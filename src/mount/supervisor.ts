import { spawn, type ChildProcess } from 'node:child_process';
import { sleep, type Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { MountPoint } from './mount-point.ts';

export interface SupervisedMount {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mountPoint: MountPoint;
  readonly clock: Clock;
  /** Told what happens, in words for a person. */
  readonly remark: (text: string) => void;
}

const LOOK_MS = 200;
const MOUNT_PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 10_000;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A program that ran this long was well: the next pause is the shortest again. */
const WELL_MS = 60_000;

/**
 * Keeps rclone mounted until `signal` aborts, starting it again whenever it ends, and leaves nothing mounted. The
 * bridge may go and come back meanwhile: rclone only sees requests fail.
 *
 * @throws BridgeError `config-invalid` when rclone is missing or the first mount fails.
 */
export async function keepMounted(mount: SupervisedMount, signal: AbortSignal): Promise<void> {
  const { mountPoint, clock, remark } = mount;
  await mountPoint.prepare();
  const isOver = (): boolean => signal.aborted;
  let pauseMs = SHORTEST_PAUSE_MS;
  for (let first = true; !isOver(); first = false) {
    const startedAt = clock.monotonic();
    const ended = await runOnce(mount, signal);
    // Its program is gone: what may still be mounted is of no use.
    if (await mountPoint.isMounted()) await mountPoint.unmount();
    if (isOver()) return;
    if (first && !ended.wasMounted) throw mountFailed(mount, ended);
    if (clock.monotonic() - startedAt > WELL_MS) pauseMs = SHORTEST_PAUSE_MS;
    remark(`rclone ended (${ended.reason}); mounting again in ${Math.round(pauseMs / 1000)} s`);
    await sleep(clock, pauseMs, signal).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Ended {
  readonly wasMounted: boolean;
  readonly reason: string;
  /** The end of what rclone wrote. */
  readonly output: string;
}

async function runOnce(mount: SupervisedMount, signal: AbortSignal): Promise<Ended> {
  const child = spawn(mount.program, mount.args, {
    env: { ...process.env, ...mount.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A Ctrl-C in the terminal is for the supervisor, which then stops rclone in good order.
    detached: true,
  });
  let output = '';
  child.stderr.on('data', (text: Buffer) => {
    output = (output + text.toString()).slice(-2000);
  });
  const exit = exitOf(child, mount.program);
  const ending = new AbortController();
  const stop = (): void => void stopInOrder(child, mount);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const mounted = waitUntilMounted(mount, ending.signal);
    const reason = await exit;
    ending.abort();
    return { wasMounted: await mounted, reason, output };
  } finally {
    ending.abort();
    signal.removeEventListener('abort', stop);
  }
}

function exitOf(child: ChildProcess, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new BridgeError('config-invalid', `${program} cannot be run`, {
          cause,
          hint: 'Install rclone (https://rclone.org/install/), or set BRIDGE_RCLONE to where it is.',
        }),
      );
    });
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : signal));
  });
}

async function waitUntilMounted(
  { mountPoint, clock, remark }: SupervisedMount,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = clock.monotonic() + MOUNT_PATIENCE_MS;
  while (!signal.aborted && clock.monotonic() < deadline) {
    if (await mountPoint.isMounted()) {
      remark(`mounted at ${mountPoint.path}`);
      return true;
    }
    await sleep(clock, LOOK_MS, signal).catch(() => undefined);
  }
  return false;
}

/** rclone unmounts when told to end; where it does not, it is unmounted from outside and ended. */
async function stopInOrder(child: ChildProcess, { mountPoint, clock }: SupervisedMount): Promise<void> {
  child.kill('SIGTERM');
  const ended = new AbortController();
  child.once('close', () => ended.abort());
  const overdue = await sleep(clock, STOP_PATIENCE_MS, ended.signal).then(
    () => true,
    () => false,
  );
  if (!overdue) return;
  await mountPoint.unmount();
  child.kill('SIGKILL');
}

function mountFailed({ mountPoint }: SupervisedMount, { reason, output }: Ended): BridgeError {
  const said = output.trim().split('\n').slice(-3).join(' ');
  return new BridgeError('config-invalid', `rclone could not mount ${mountPoint.path} (${reason}): ${said}`, {
    hint: 'Mounting needs FUSE: install fuse3, and see that /dev/fuse is there and yours to use.',
  });
}
