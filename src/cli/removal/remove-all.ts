import { asBridgeError } from '../../errors.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { LibraryAccess } from '../library-access.ts';
import { concernsOne } from '../one-or-all.ts';
import { explainOne, type Terminal } from '../terminal.ts';
import type { Removal } from './plan.ts';

interface RemovalOutcome {
  readonly removed: number;
  readonly left: number;
  readonly exitCode: number;
}

/** Removes one by one, so that it can be stopped in between; goes on after what fails for one entry alone. */
export async function removeAll(
  library: LibraryAccess,
  { paths }: Removal,
  terminal: Terminal,
): Promise<RemovalOutcome> {
  const bar = terminal.interactive && paths.length > 1 ? await startBar(paths.length) : null;
  const failed = new Set<string>();
  let removed = 0;
  let exitCode: number = EXIT.ok;
  try {
    for (const path of paths) {
      // A folder of which something stays, stays.
      if ([...failed].some((below) => below.startsWith(`${path}/`))) {
        failed.add(path);
        continue;
      }
      try {
        await library.remove(path);
        removed += 1;
        bar?.increment();
      } catch (thrown) {
        const error = asBridgeError(thrown);
        failed.add(path);
        terminal.remark(explainOne(path, error));
        exitCode = removed > 0 ? EXIT.partial : exitCodeOf(error.kind);
        if (!concernsOne(error)) break;
      }
    }
  } finally {
    bar?.stop();
  }
  if (failed.size > 0 && removed > 0) exitCode = EXIT.partial;
  return { removed, left: paths.length - removed, exitCode };
}

async function startBar(total: number): Promise<{ increment(): void; stop(): void }> {
  const { SingleBar, Presets } = await import('cli-progress');
  const format = '{bar} {value}/{total} removed, {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr }, Presets.shades_classic);
  bar.start(total, 0);
  return bar;
}
