import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface MountOptions {
  readonly url?: string;
  readonly allowOther?: true;
}

export function addMount(program: Command, { env, terminal }: CommandHost): void {
  const command = program
    .command('mount')
    .description(
      'mount the library as a folder by rclone, until stopped; read-only unless BRIDGE_WRITE is on',
    )
    .argument('<folder>', 'where to mount it; made if it is missing')
    .option('--url <address>', 'of the bridge; without it, the one that runs on this data directory')
    .option('--allow-other', 'let other users look in, such as Jellyfin and Plex');
  addSettingFlags(command, 'hidden').action(
    async (folder: string, options: MountOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const { runMount } = await import('./run-mount.ts');
      await runMount({
        settings,
        folder,
        allowOther: options.allowOther === true,
        address: options.url ?? null,
        terminal,
      });
    },
  );
}
