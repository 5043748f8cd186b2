import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Node's own channel for processes it starts. */
const CHANNEL = 'child_process';

/**
 * Calls `onStart` with the process that is started with `mark` among its arguments; the returned function stops the
 * watch. For libraries that keep the processes they start to themselves.
 */
export function watchForChild(mark: string, onStart: (child: ChildProcess) => void): () => void {
  const onCreated = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    // The channel speaks before the process has its arguments.
    queueMicrotask(() => {
      if (child.spawnargs.includes(mark)) onStart(child);
    });
  };
  subscribe(CHANNEL, onCreated);
  return () => void unsubscribe(CHANNEL, onCreated);
}
