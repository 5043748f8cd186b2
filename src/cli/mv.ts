import type { Command } from 'commander';
import { BridgeError } from '../errors.ts';
import type { CommandHost } from './command-host.ts';
import { printable } from './printable.ts';
import type { LibraryAccess } from './library-access.ts';
import { joinRemote, nameOf, remotePath } from './remote-path.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface MvOptions {
  readonly json?: true;
}

export function addMv(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('mv')
    .description('move or rename files and folders; nothing is ever overwritten')
    .argument(
      '<path...>',
      'what to move, then where to: a folder that is there, or the new path of a single one',
    )
    .option('--json', 'one JSON object a line');
  addSettingFlags(command, 'hidden').action(
    async (typed: string[], options: MvOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const destination = typed.at(-1) ?? '';
      const sources = typed.slice(0, -1).map(remotePath);
      if (sources.length === 0) throw new BridgeError('bad-request', 'mv needs a source and a destination');
      const { withLibrary } = await import('./open-library.ts');
      await withLibrary(settings, async (library) => {
        for (const { from, to } of await planMoves(library, sources, destination)) {
          await library.move(from, to);
          if (options.json === true) terminal.print(JSON.stringify({ from, to }));
          else terminal.remark(`moved ${printable(from)} to ${printable(to)}`);
        }
      });
    },
  );
}

interface Move {
  readonly from: string;
  readonly to: string;
}

async function planMoves(
  library: LibraryAccess,
  sources: readonly string[],
  destination: string,
): Promise<readonly Move[]> {
  const target = remotePath(destination);
  const isFolder = (await library.entryAt(target))?.kind === 'folder';
  const [first = ''] = sources;
  // A change of case alone finds the very folder that is to be renamed.
  const into = (isFolder && !(sources.length === 1 && first === target)) || target === '/';
  if (!into && (sources.length > 1 || destination.endsWith('/'))) {
    throw new BridgeError('folder-not-found', `the library has no folder ${target}`);
  }
  return sources.map((from) => {
    const to = into ? joinRemote(target, nameOf(from)) : target;
    if (from === '/') throw new BridgeError('bad-request', 'the root of the library cannot be moved');
    if (to === from) throw new BridgeError('bad-request', `${from} is there already`);
    if (to.startsWith(`${from}/`))
      throw new BridgeError('bad-request', `${from} cannot be moved into itself`);
    return { from, to };
  });
}
