import type { Command } from 'commander';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addLink } from './link.ts';
import { addLs } from './ls.ts';
import { addMkdir } from './mkdir.ts';
import { addMount } from './mount.ts';
import { addMv } from './mv.ts';
import { addRefresh } from './refresh.ts';
import { addRemote } from './remote.ts';
import { addRm } from './rm.ts';
import { addServe } from './serve.ts';
import { addStrm } from './strm.ts';
import type { Terminal } from './terminal.ts';
import { addUpload } from './upload.ts';

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

/** Every command, in the order of the help. Each file adds one and imports what it runs only when it runs. */
export const COMMANDS: readonly ((program: Command, host: CommandHost) => void)[] = [
  addServe,
  addDemo,
  addLs,
  addLink,
  addRefresh,
  addStrm,
  addUpload,
  addMkdir,
  addMv,
  addRm,
  addRemote,
  addMount,
  addDoctor,
];
