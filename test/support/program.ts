import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs an installed program to its end; rejects with a clear message when it is missing. */
export function runProgram(command: string, args: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', (cause) => {
      reject(new Error(`${command} cannot be run; npm run test:tools installs it`, { cause }));
    });
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
}

/** What an installed program prints; rejects with what it said to standard error when it fails. */
export async function outputOf(command: string, ...args: readonly string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await runProgram(command, args);
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${stderr}`);
  return stdout;
}
