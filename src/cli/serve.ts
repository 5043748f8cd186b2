import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

export function addServe(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('serve')
    .description('serve the library over HTTP; without an API key, the demo library');
  addSettingFlags(command, 'listed').action(async (options: Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { runServer } = await import('./run-server.ts');
    await runServer(settings, 'own', terminal);
  });
}
