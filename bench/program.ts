import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { forgetPeak, peakResidentBytes, residentBytes } from '../test/support/process-memory.ts';

/** Clock ticks a second in /proc/PID/stat, fixed at 100 by the kernel's interface to programs. */
const TICKS_PER_SECOND = 100;

/** A server under measurement, running as a process of its own. */
export class Program {
  readonly name: string;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(name: string, port: number, process: ChildProcess) {
    this.name = name;
    this.port = port;
    this.#process = process;
  }

  /** Starts a program and resolves when its port takes connections. */
  static async start(
    name: string,
    port: number,
    command: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Program> {
    const [file, ...args] = command;
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text: Buffer) => {
      errors = (errors + text.toString()).slice(-2000);
    });
    const started = new Program(name, port, child);
    for (let attempt = 0; attempt < 300; attempt += 1) {
      if (child.exitCode !== null) throw new Error(`${name} ended at once: ${errors}`);
      if (await answers(port)) return started;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill('SIGKILL');
    throw new Error(`${name} did not open port ${port}: ${errors}`);
  }

  /** Processor time of the program and its workers since its start, seconds. */
  cpuSeconds(): number {
    return this.#family().reduce((sum, pid) => sum + cpuOf(pid), 0);
  }

  /** Resident memory of the program and its workers, bytes. */
  residentBytes(): number {
    return this.#family().reduce((sum, pid) => sum + residentBytes(pid), 0);
  }

  /** The most that was resident since `forgetPeak`, bytes; of the program without its workers. */
  peakResidentBytes(): number {
    return peakResidentBytes(this.#pid());
  }

  forgetPeak(): void {
    forgetPeak(this.#pid());
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await gone;
  }

  #pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  #family(): number[] {
    const own = this.#pid();
    return [own, ...childrenOf(own)];
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

function cpuOf(pid: number): number {
  // The name in brackets may hold spaces; what follows the last bracket has fixed places: proc(5).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
