import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

export function addDemo(program: Command, { env, terminal }: CommandHost): void {
  const command = program.command('demo').description('serve the demo library, whatever key is set');
  addSettingFlags(command, 'hidden').action(async (options: Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { runServer } = await import('./run-server.ts');
    await runServer(settings, 'demo', terminal);
  });
}
