import { runCommandLine } from '../../src/cli/program.ts';

export interface CommandOutcome {
  readonly code: number;
  /** What went to standard output. */
  readonly printed: string;
  /** What went to standard error. */
  readonly remarked: string;
}

export interface CommandSurroundings {
  readonly env: Readonly<Record<string, string>>;
  /** What a person at the terminal says to questions; null: nobody is there. */
  readonly answer?: boolean | null;
}

/** Runs one command line in this process, outside of a terminal. */
export async function commandLine(
  args: readonly string[],
  { env, answer = null }: CommandSurroundings,
): Promise<CommandOutcome> {
  let printed = '';
  let remarked = '';
  const code = await runCommandLine(args, {
    env,
    terminal: {
      print: (text) => (printed += `${text}\n`),
      remark: (text) => (remarked += `${text}\n`),
      interactive: false,
      confirm: () => Promise.resolve(answer),
    },
  });
  return { code, printed, remarked };
}
