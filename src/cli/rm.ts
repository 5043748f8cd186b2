import type { Command } from 'commander';
import { BridgeError } from '../errors.ts';
import type { CommandHost } from './command-host.ts';
import { printable } from './printable.ts';
import { remotePath } from './remote-path.ts';
import { removeAll } from './removal/remove-all.ts';
import { describeRemoval, planRemoval } from './removal/plan.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

interface RmOptions {
  readonly recursive?: true;
  readonly yes?: true;
  readonly force?: true;
  readonly json?: true;
}

export function addRm(program: Command, { env, terminal, finish }: CommandHost): void {
  const command = program
    .command('rm')
    .description('remove files and folders from the account for good, after showing what and asking')
    .argument('<path...>', 'paths in the library')
    .option('-r, --recursive', 'folders too, with all that is in them')
    .option('-y, --yes', 'do not ask; needed where no terminal is')
    .option('-f, --force', 'the same')
    .option('--json', 'the outcome as a JSON object');
  addSettingFlags(command, 'hidden').action(
    async (typed: string[], options: RmOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const paths = [...new Set(typed.map(remotePath))];
      const { withLibrary } = await import('./open-library.ts');
      await withLibrary(settings, async (library) => {
        const plan = await planRemoval(library, paths, options.recursive === true);
        for (const { path, ...amount } of plan.named) {
          terminal.remark(`remove ${printable(path)}${describeRemoval(amount)}`);
        }
        if (options.yes !== true && options.force !== true) await requireConsent(terminal);
        const outcome = await removeAll(library, plan, terminal);
        if (options.json === true) terminal.print(JSON.stringify(outcome));
        else
          terminal.print(`${outcome.removed} removed${outcome.left === 0 ? '' : `, ${outcome.left} left`}`);
        finish(outcome.exitCode);
      });
    },
  );
}

async function requireConsent(terminal: Terminal): Promise<void> {
  const answer = await terminal.confirm('Remove this for good?');
  if (answer === true) return;
  throw answer === null
    ? new BridgeError('bad-request', 'there is no terminal to ask in; nothing was removed', {
        hint: 'Give --yes to remove without being asked.',
      })
    : new BridgeError('cancelled', 'nothing was removed', { hint: 'Answer y to remove.' });
}
