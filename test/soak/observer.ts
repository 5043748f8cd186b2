import { setTimeout as wait } from 'node:timers/promises';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { RestartedBridge } from './restarted-bridge.ts';

const SAMPLE_MS = 1000;

export interface Sample {
  /** ms since the soak began. */
  readonly at: number;
  /** Life of the bridge, as RestartedBridge counts them. */
  readonly life: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  /** Transfers from the storage host under way. */
  readonly transfers: number;
  /** Connections to the storage host, idle ones included. */
  readonly connections: number;
  /** Calls of the API since the soak began. */
  readonly apiCalls: number;
}

/** Looks at the bridge and at what it asks of 1fichier, once a second. */
export class Observer {
  readonly samples: Sample[] = [];
  /** Times at which the bridge was found dead though nobody had stopped it. */
  readonly deaths: number[] = [];
  readonly #bridge: RestartedBridge;
  readonly #emulator: Emulator;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(bridge: RestartedBridge, emulator: Emulator) {
    this.#bridge = bridge;
    this.#emulator = emulator;
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS);
  }

  /** ms since the soak began. */
  get elapsed(): number {
    return performance.now() - this.#begun;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What the bridge has open once nobody reads any more; waits up to ten seconds for it to come to rest. */
  async atRest(): Promise<Sample | null> {
    for (let look = 0; look < 20; look += 1) {
      await wait(SAMPLE_MS / 2);
      if (this.#emulator.activeTransfers() === 0) break;
    }
    return this.#sample();
  }

  #look(): void {
    const sample = this.#sample();
    if (sample !== null) this.samples.push(sample);
    if (this.#bridge.running?.running === false) this.deaths.push(this.elapsed);
  }

  #sample(): Sample | null {
    const usage = this.#bridge.running?.usage() ?? null;
    if (usage === null) return null;
    const counts = this.#emulator.counts();
    return {
      at: this.elapsed,
      life: this.#bridge.life,
      ...usage,
      transfers: counts.activeTransfers,
      connections: counts.openConnections,
      apiCalls: counts.apiCalls,
    };
  }
}
