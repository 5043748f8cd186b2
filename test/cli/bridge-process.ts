import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '../../dist/main.js');
/** Generous, since the machine may be loaded; nothing waits for it when all is well. */
const START_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BridgeCommand {
  /** The JavaScript file to run. */
  readonly program: string;
  readonly args: readonly string[];
  /** By their environment names; there are no others. */
  readonly settings: Readonly<Record<string, string>>;
  /** File descriptor of the log; kept in memory for `log` unless given. */
  readonly logTo?: number | undefined;
}

/** The bridge's command as a process of its own. */
export class BridgeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor({ program, args, settings, logTo }: BridgeCommand) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], HOME: tmpdir(), ...settings },
      stdio: ['ignore', 'pipe', logTo ?? 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.child, 'close').then(() => ({
      code: this.child.exitCode,
      signal: this.child.signalCode,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get log(): string {
    return this.#stderr;
  }

  /** The address it prints once it serves, ending in a slash. */
  async address(): Promise<string> {
    await this.#until(() => /http:\S+\/\n/.test(this.#stdout), 'printed its address');
    return /http:\S+/.exec(this.#stdout)?.[0] ?? '';
  }

  async logged(text: string): Promise<void> {
    await this.#until(() => this.#stderr.includes(text), `logged "${text}"`);
  }

  async printed(text: string): Promise<void> {
    await this.#until(() => this.#stdout.includes(text), `printed "${text}"`);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  /** Resolves when the library can be used, with the address. */
  async ready(): Promise<string> {
    const address = await this.address();
    for (const limit = Date.now() + START_MS; Date.now() < limit;) {
      const answer: unknown = await (await fetch(`${address}api/v1/crawl`)).json();
      if (typeof answer === 'object' && answer !== null && 'state' in answer && answer.state === 'idle') {
        return address;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the library did not become complete: ${this.#stderr}`);
  }

  #until(isSo: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why} before it ${what}: ${this.#stderr}`));
      const timer = setTimeout(() => fail('time ran out'), START_MS);
      const look = (): void => {
        if (!isSo()) return;
        clearTimeout(timer);
        resolve();
      };
      this.child.stdout?.on('data', look);
      this.child.stderr?.on('data', look);
      this.child.once('close', () => {
        clearTimeout(timer);
        fail('it ended');
      });
      look();
    });
  }
}

/** A data directory, and whatever runs on it, for one test. */
export class Workplace {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
  readonly #processes: BridgeProcess[] = [];

  start(args: readonly string[], settings: Readonly<Record<string, string>> = {}): BridgeProcess {
    const started = new BridgeProcess({
      program: BUILT,
      args,
      settings: { BRIDGE_DATA_DIR: this.dataDir, ...settings },
    });
    this.#processes.push(started);
    return started;
  }

  run(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, settings).ended;
  }

  async clear(): Promise<void> {
    for (const { child } of this.#processes) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(this.#processes.map(({ ended }) => ended));
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
