import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface SyncOptions {
  readonly dryRun?: true;
  readonly full?: true;
  readonly allowMassDelete?: true;
  readonly json?: true;
}

export function addStrm(program: Command, { env, terminal, finish }: CommandHost): void {
  const strm = program.command('strm').description('directories of .strm files for Jellyfin, Emby and Kodi');
  const sync = strm
    .command('sync')
    .description('bring the directories of .strm files in line with the library')
    .option('-n, --dry-run', 'only print what would be done')
    .option('--full', 'compare every file, with what is on disk too, and write again what is missing')
    .option('--allow-mass-delete', 'remove more than BRIDGE_STRM_MAX_REMOVAL allows at once')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Files that are gone from the library are kept when they are more than BRIDGE_STRM_MAX_REMOVAL percent; in a terminal you
are asked about them.

Exit codes: 0 everything is as it should be, 1 a directory could not be worked on, 2 wrong command line or setting,
3 done in part: files failed, removals are held back, a folder of a rule is not there or some were never read,
130 interrupted; the next run goes on where this one ended.`,
    );
  addSettingFlags(sync, 'hidden').action(async (options: SyncOptions & Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { runStrmSync } = await import('./run-strm-sync.ts');
    const request = {
      dryRun: options.dryRun === true,
      full: options.full === true,
      allowMassDelete: options.allowMassDelete === true,
    };
    finish(await runStrmSync({ settings, request, json: options.json === true, terminal }));
  });
}
