import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

export function addLink(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('link')
    .description('print the direct link of a file: a secret that works for some minutes')
    .argument('<path>', 'path of the file in the library')
    .option('--json', 'as a JSON object');
  addSettingFlags(command, 'hidden').action(async (path: string, options: Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { withLibrary } = await import('./open-library.ts');
    const address = await withLibrary(settings, (library) => library.directLink(path));
    terminal.print(options['json'] === true ? JSON.stringify({ path, address }) : address);
  });
}
