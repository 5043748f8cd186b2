import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { EmulatedAccount } from '../../src/emulator/account.ts';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { BridgeProcess } from '../cli/bridge-process.ts';
import { accountSettings } from '../support/account-settings.ts';
import { bundledScript } from '../support/bundled-script.ts';

const ROOT = join(import.meta.dirname, '../..');
const READY_WITHIN_MS = 30_000;

export interface ChildOptions {
  readonly dataDir: string;
  /** Settings by their environment names. */
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptor of the log; kept in memory for `logged` unless given. */
  readonly logTo?: number;
}

/** The bridge as a process of its own, before an emulator in this one. */
export class ChildBridge {
  readonly origin: string;
  readonly #process: BridgeProcess;
  readonly #agent = new Agent();

  constructor(process: BridgeProcess, origin: string) {
    this.#process = process;
    this.origin = origin;
  }

  /** What it has logged so far. */
  get logged(): string {
    return this.#process.log;
  }

  get running(): boolean {
    const { exitCode, signalCode } = this.#process.child;
    return exitCode === null && signalCode === null;
  }

  /** Resident memory in bytes and open file descriptors of the process; null: it has ended. */
  usage(): { readonly residentBytes: number; readonly descriptors: number } | null {
    const place = `/proc/${this.#process.child.pid}`;
    try {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`${place}/status`, 'utf8'))?.[1];
      if (kib === undefined) return null;
      return { residentBytes: Number(kib) * 1024, descriptors: readdirSync(`${place}/fd`).length };
    } catch {
      return null;
    }
  }

  /** Lets it open at most `count` file descriptors more than it has now; gives how many that is in all. */
  limitDescriptors(count: number): number {
    const limit = readdirSync(`/proc/${this.#process.child.pid}/fd`).length + count;
    execFileSync('prlimit', [`--pid=${this.#process.child.pid}`, `--nofile=${limit}`]);
    return limit;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.child.kill(name);
  }

  /** Resolves with the exit code once the process has ended; null: a signal ended it. */
  async ended(): Promise<number | null> {
    return (await this.#process.ended).code;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(signal);
    const code = await this.ended();
    await this.#agent.destroy();
    return code;
  }

  async open(path: string, range?: string): Promise<{ status: number; body: AsyncIterable<Buffer> }> {
    const answer = await request(`${this.origin}${path}`, {
      dispatcher: this.#agent,
      headers: range === undefined ? {} : { range },
    });
    return { status: answer.statusCode, body: answer.body };
  }

  async get(path: string, range?: string): Promise<{ status: number; body: Buffer }> {
    const { status, body } = await this.open(path, range);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, body: Buffer.concat(chunks) };
  }

  async post(path: string, body: unknown): Promise<number> {
    const answer = await request(`${this.origin}${path}`, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.body.dump();
    return answer.statusCode;
  }

  /** Waits until the first crawl has found what is at `path`. */
  async found(path: string): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS;
    while (performance.now() < until) {
      const answer = await request(`${this.origin}${path}`, { method: 'HEAD', dispatcher: this.#agent });
      await answer.body.dump();
      if (answer.statusCode === 200) return;
      await wait(50);
    }
    throw new Error(`the bridge did not find ${path}; it logged: ${this.logged}`);
  }
}

let program: Promise<string> | undefined;

function bundledProgram(): Promise<string> {
  program ??= bundledScript(join(ROOT, 'src/main.ts'));
  return program;
}

/** Resolves when it serves; rejects with its log when it ends instead. */
async function startChildBridge(emulator: Emulator, options: ChildOptions): Promise<ChildBridge> {
  const child = new BridgeProcess({
    program: await bundledProgram(),
    args: ['serve'],
    settings: {
      ...accountSettings(emulator),
      FICHIER_CALLS_PER_SECOND: '3',
      FICHIER_CALL_BURST: '10',
      BRIDGE_PORT: '0',
      BRIDGE_DATA_DIR: options.dataDir,
      BRIDGE_LOG_FORMAT: 'json',
      ...options.env,
    },
    logTo: options.logTo,
  });
  return new ChildBridge(child, new URL(await child.address()).origin);
}

/** An emulated account, a data directory, and the bridge that runs on them, for one test. */
export class ChildStage {
  readonly emulator: Emulator;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'child-bridge-'));
  #bridge: ChildBridge | null = null;

  private constructor(emulator: Emulator) {
    this.emulator = emulator;
  }

  /** @param prepare fills the account before a bridge first looks at it. */
  static async set(prepare: (account: EmulatedAccount) => void): Promise<ChildStage> {
    const account = new EmulatedAccount();
    prepare(account);
    return new ChildStage(await startEmulator({ account, random: seededRandom(1) }));
  }

  async start(options: Partial<ChildOptions> = {}): Promise<ChildBridge> {
    this.#bridge = await startChildBridge(this.emulator, { dataDir: this.dataDir, ...options });
    return this.#bridge;
  }

  /** Ends what still runs, without mercy. */
  async kill(): Promise<void> {
    if (this.#bridge?.running === true) await this.#bridge.stop('SIGKILL');
    this.#bridge = null;
  }

  async clear(): Promise<void> {
    await this.kill();
    await this.emulator.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
