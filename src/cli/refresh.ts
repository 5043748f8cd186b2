import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import type { CommandHost } from './command-host.ts';
import type { LibraryAccess, RefreshProgress } from './library-access.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

export function addRefresh(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('refresh')
    .description('read a folder again from 1fichier, within what its API allows')
    .argument('[path]', 'path in the library', '/')
    .option('-R, --recursive', 'and every folder below')
    .option('--json', 'the outcome as a JSON object');
  addSettingFlags(command, 'hidden').action(async (path: string, options: Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { withLibrary } = await import('./open-library.ts');
    const recursive = options['recursive'] === true;
    const read = await withLibrary(settings, (library) => refreshShowing(library, path, recursive, terminal));
    terminal.print(
      options['json'] === true
        ? JSON.stringify({ path, foldersRead: read })
        : `${path}: ${read} ${read === 1 ? 'folder' : 'folders'} read`,
    );
  });
}

const LOOK_EVERY_MS = 500;
const EXPLAIN_AFTER_MS = 2_000;

/** @returns how many folders were read. */
async function refreshShowing(
  library: LibraryAccess,
  path: string,
  recursive: boolean,
  terminal: Terminal,
): Promise<number> {
  const before = await library.progress();
  const readSince = ({ foldersRead }: RefreshProgress): number => foldersRead - before.foldersRead;
  const stopShowing = !terminal.interactive
    ? () => undefined
    : recursive
      ? await drawBar(library, readSince)
      : explainWait(terminal);
  try {
    await library.refresh(path, recursive);
    return readSince(await library.progress());
  } finally {
    stopShowing();
  }
}

/** Of one folder there is no progress to draw: who waits is told why. */
function explainWait(terminal: Terminal): () => void {
  return systemClock.after(EXPLAIN_AFTER_MS, () => {
    terminal.remark('waiting: 1fichier lets a folder be read once in 30 seconds');
  });
}

async function drawBar(
  library: LibraryAccess,
  readSince: (progress: RefreshProgress) => number,
): Promise<() => void> {
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} folders, {eta_formatted} left', stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  let callOff = (): void => undefined;
  const look = async (): Promise<void> => {
    const progress = await library.progress();
    bar.setTotal(Math.max(progress.foldersKnown, 1));
    bar.update(Math.min(readSince(progress), progress.foldersKnown));
  };
  const lookOften = (): void => {
    callOff = systemClock.after(LOOK_EVERY_MS, () => {
      // The bar is only told later when this look fails; the refresh itself says what is wrong.
      void look().catch(() => undefined);
      lookOften();
    });
  };
  lookOften();
  return () => {
    callOff();
    bar.stop();
  };
}
