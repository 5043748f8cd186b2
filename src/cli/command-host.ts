import type { Terminal } from './terminal.ts';

/** What the surroundings of a command line are. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What one command is registered with. */
export interface CommandHost extends CommandContext {
  /** Sets the exit code, one of EXIT, for a command that ends without throwing; 0 when never called. */
  readonly finish: (exitCode: number) => void;
}
