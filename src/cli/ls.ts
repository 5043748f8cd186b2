import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { formatBytes } from './format.ts';
import type { LibraryAccess, ListedEntry } from './library-access.ts';
import { printable } from './printable.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface LsOptions {
  readonly long?: true;
  readonly recursive?: true;
  readonly json?: true;
}

export function addLs(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('ls')
    .description('list a folder of the library')
    .argument('[path]', 'path in the library', '/')
    .option('-l, --long', 'with sizes and dates')
    .option('-R, --recursive', 'and everything below, by path')
    .option('--json', 'one JSON object a line');
  addSettingFlags(command, 'hidden').action(
    async (path: string, options: LsOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const { withLibrary } = await import('./open-library.ts');
      await withLibrary(settings, async (library) => {
        for await (const entry of entriesBelow(library, path, options.recursive === true)) {
          terminal.print(lineOf(entry, options));
        }
      });
    },
  );
}

async function* entriesBelow(
  library: LibraryAccess,
  path: string,
  recursive: boolean,
): AsyncGenerator<ListedEntry, void, undefined> {
  for await (const entry of library.list(path)) {
    yield entry;
    if (recursive && entry.kind === 'folder') yield* entriesBelow(library, entry.path, true);
  }
}

function lineOf(entry: ListedEntry, options: LsOptions): string {
  if (options.json === true) {
    return JSON.stringify({
      ...entry,
      modifiedAt: isoTime(entry.modifiedAt),
      listedAt: isoTime(entry.listedAt),
    });
  }
  const shown = printable(options.recursive === true ? entry.path : entry.name);
  const label = entry.kind === 'folder' ? `${shown}/` : shown;
  if (options.long !== true) return label;
  const size = entry.size === null ? '' : formatBytes(entry.size);
  return `${size.padStart(10)}  ${new Date(entry.modifiedAt).toISOString().slice(0, 16).replace('T', ' ')}  ${label}`;
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
