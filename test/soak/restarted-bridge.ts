import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildBridge, ChildStage } from '../faults/child-bridge.ts';

const MIB = 1024 * 1024;

/** What the bridge may hold: far less than its readers want, so that blocks come and go (bytes). */
export const MEMORY_CACHE = 32 * MIB;
export const READ_AHEAD = 32 * MIB;
/** Data connections to 1fichier. */
export const CONNECTIONS = 12;
/** Calls of the API a second, and at once after a rest: what the bridge does unless told otherwise. */
export const CALLS_PER_SECOND = 1;
export const CALL_BURST = 3;
/** How long a read may go without a byte: longer than the bridge takes a flood lock to last (ms). */
export const PATIENCE_MS = 90_000;

const ENV = {
  FICHIER_CALLS_PER_SECOND: String(CALLS_PER_SECOND),
  FICHIER_CALL_BURST: String(CALL_BURST),
  BRIDGE_CACHE_MEMORY: String(MEMORY_CACHE),
  BRIDGE_READ_AHEAD: String(READ_AHEAD),
  BRIDGE_CACHE_DISK: '256MiB',
  BRIDGE_CONNECTIONS: String(CONNECTIONS),
  BRIDGE_PATIENCE: `${PATIENCE_MS / 1000}s`,
  BRIDGE_DRAIN_TIME: '2s',
  BRIDGE_LOG_LEVEL: 'warn',
};

/** The bridge under soak, which is stopped and started again; a reader asks whether one life of it served him. */
export class RestartedBridge {
  readonly logFile: string;
  readonly #stage: ChildStage;
  #running: ChildBridge | null = null;
  #starting: Promise<ChildBridge> | null = null;
  #life = 0;

  constructor(stage: ChildStage) {
    this.#stage = stage;
    this.logFile = join(stage.dataDir, 'soak.log');
  }

  /** Changes with every stop. */
  get life(): number {
    return this.#life;
  }

  /** The process that runs at the moment; null: none does. */
  get running(): ChildBridge | null {
    return this.#running;
  }

  /** Waits until it serves. */
  serving(): Promise<ChildBridge> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Stops it and starts it again. @throws when it does not end well, or does not start. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const stopped = this.stop(signal);
    this.#starting = stopped.then(() => this.#start());
    // Whoever waits for it hears of the failure, as does the caller.
    this.#starting.catch(() => undefined);
    const code = await stopped;
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`the bridge ended with ${code} after SIGTERM`);
    await this.#starting;
  }

  /** Resolves with the exit code; null: a signal ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const bridge = this.#running;
    this.#life += 1;
    this.#running = null;
    this.#starting = null;
    return bridge === null ? 0 : bridge.stop(signal);
  }

  async #start(): Promise<ChildBridge> {
    const logTo = openSync(this.logFile, 'a');
    try {
      this.#running = await this.#stage.start({ env: ENV, logTo });
    } finally {
      closeSync(logTo);
    }
    return this.#running;
  }
}
