import { Command, CommanderError } from 'commander';
import { asBridgeError } from '../errors.ts';
import type { CommandContext } from './command-host.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { packageVersion } from './package-version.ts';
import { explain } from './terminal.ts';

/**
 * Runs one command line.
 *
 * @param args What follows the program's name.
 * @returns The exit code, one of EXIT.
 */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  const program = createProgram(context);
  let code: number = EXIT.ok;
  for (const add of COMMANDS) add(program, { ...context, finish: (ended) => (code = ended) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has then printed the help, the version or what is wrong with the command line.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const error = asBridgeError(thrown);
    context.terminal.remark(explain(error));
    return exitCodeOf(error.kind);
  }
}

function createProgram(context: CommandContext): Command {
  return new Command('fichier-bridge')
    .description(
      'Mirrors a 1fichier account as a library and streams it to browsers, Jellyfin, Plex and Kodi.',
    )
    .version(packageVersion(), '-V, --version')
    .helpCommand('help [command]', 'show the help of a command')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.remark(text.trimEnd()),
    })
    .addHelpText(
      'after',
      `
Start here:
  fichier-bridge serve                      the demo library, until FICHIER_API_KEY is set
  FICHIER_API_KEY=… fichier-bridge serve    your library, at http://127.0.0.1:8787/
  fichier-bridge doctor                     is everything in place?

Exit codes: 0 done, 1 failed, 2 wrong command line or setting, 3 done in part, 130 interrupted.`,
    );
}
