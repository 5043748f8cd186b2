import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { remotePath } from './remote-path.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

interface UploadOptions {
  readonly to: string;
  readonly replace?: true;
  readonly json?: true;
}

export function addUpload(program: Command, { env, terminal, finish }: CommandHost): void {
  const command = program
    .command('upload')
    .description(
      'send files and folders to the account; run again it goes on, and skips what is there by size and checksum',
    )
    .argument('<local...>', 'files and folders of this machine')
    .option('--to <folder>', 'folder of the library, made if it is missing', '/')
    .option('--replace', 'let a file take the place of another of its name')
    .option('--json', 'one JSON object for each file')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is there, 1 nothing was sent, 2 wrong command line, 3 a part was sent, 130 interrupted.',
    );
  addSettingFlags(command, 'hidden').action(
    async (local: string[], options: UploadOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const to = remotePath(options.to);
      const { runUpload } = await import('./upload/run-upload.ts');
      const { replace, json } = options;
      finish(
        await runUpload({ settings, local, to, replace: replace === true, json: json === true, terminal }),
      );
    },
  );
}
