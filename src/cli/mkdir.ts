import type { Command } from 'commander';
import { BridgeError } from '../errors.ts';
import type { CommandHost } from './command-host.ts';
import { printable } from './printable.ts';
import type { LibraryAccess } from './library-access.ts';
import { ensureFolder } from './ensure-folder.ts';
import { remotePath } from './remote-path.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface MkdirOptions {
  readonly parents?: true;
  readonly json?: true;
}

export function addMkdir(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('mkdir')
    .description('make folders in the library')
    .argument('<path...>', 'paths in the library')
    .option('-p, --parents', 'make missing folders above as well, and take folders that are there as made')
    .option('--json', 'one JSON object a line');
  addSettingFlags(command, 'hidden').action(
    async (typed: string[], options: MkdirOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const paths = typed.map(remotePath);
      const { withLibrary } = await import('./open-library.ts');
      await withLibrary(settings, async (library) => {
        for (const path of paths) {
          const made = await make(library, path, options.parents === true);
          if (options.json === true) terminal.print(JSON.stringify({ path, made }));
          else if (made) terminal.remark(`made ${printable(path)}`);
        }
      });
    },
  );
}

/** @returns whether it was not there yet. */
async function make(library: LibraryAccess, path: string, parents: boolean): Promise<boolean> {
  if (parents) return (await ensureFolder(library, path)) === null;
  if ((await library.entryAt(path)) !== null) {
    throw new BridgeError('name-taken', `there is already an entry named ${path}`);
  }
  await library.makeFolder(path);
  return true;
}
