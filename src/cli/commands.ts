import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
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
import { addUpload } from './upload.ts';

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
