import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Block } from './block.ts';
import { isHeadOrTail } from './block.ts';
import type { BlockCache } from './block-cache.ts';
import type { Upstream } from './content.ts';
import type { FlowPlan } from './flow.ts';
import { Flow } from './flow.ts';
import type { ReadAheadSettings } from './read-ahead.ts';
import { ReadAheadBudget } from './read-ahead.ts';
import { Succession } from './succession.ts';

export interface FlowTableOptions {
  readonly upstream: Upstream;
  readonly cache: BlockCache;
  readonly readAhead: ReadAheadSettings;
  /**
   * How much of one read in sequence goes to disk, bytes; heads and tails always do. Whoever plays a film from start
   * to end has no more use for what lies behind, and writing all of it would double the cost of the stream.
   */
  readonly sequentialDiskBytes: number;
  readonly onFetched: (bytes: number) => void;
  readonly clock: Clock;
}

/** All flows, by content, so that readers find each other's. */
export class FlowTable {
  readonly readAhead: ReadAheadSettings;
  readonly budget: ReadAheadBudget;
  readonly succession: Succession;
  readonly #options: FlowTableOptions;
  readonly #flows = new Map<string, Set<Flow>>();

  constructor(options: FlowTableOptions) {
    this.#options = options;
    this.readAhead = options.readAhead;
    this.budget = new ReadAheadBudget(options.readAhead.budgetBytes);
    this.succession = new Succession(options.clock);
  }

  blockAt(contentKey: string, position: number): Block | null {
    const flows = this.#flows.get(contentKey);
    if (flows === undefined) return null;
    for (const flow of flows) {
      const block = flow.blockAt(position);
      if (block !== null) return block;
    }
    return null;
  }

  /** A flow that will bring the byte at `position` with at most `distance` bytes before it. */
  reaching(contentKey: string, position: number, distance: number): Flow | null {
    for (const flow of this.#flows.get(contentKey) ?? []) {
      if (flow.willReach(position, distance)) return flow;
    }
    return null;
  }

  /** A flow that runs on from the byte at `position`, which it has at hand or will bring next. */
  goingOn(contentKey: string, position: number): Flow | null {
    for (const flow of this.#flows.get(contentKey) ?? []) {
      if (flow.running && (flow.blockAt(position) !== null || flow.willReach(position, 0))) return flow;
    }
    return null;
  }

  /** A flow for others to find; whoever creates it joins it and runs it. */
  create(contentKey: string, plan: FlowPlan): Flow {
    const { upstream, cache, sequentialDiskBytes, onFetched, clock } = this.#options;
    const { blockSize } = cache.layout;
    const address = (index: number) => ({
      content: contentKey,
      index,
      kept: isHeadOrTail(cache.layout, plan.content, index),
    });
    const flow = new Flow(plan, {
      upstream,
      blockSize,
      budget: this.budget,
      clock,
      isCached: (index) => {
        const end = Math.min((index + 1) * blockSize, plan.content.size);
        const run = cache.runOf(address(index));
        return run !== null && run.start === index * blockSize && run.end === end;
      },
      onFetched,
      onBlock: (block) => {
        const to = address(block.index);
        const isPlayback = !to.kept && block.end - plan.start > sequentialDiskBytes;
        cache.put(to, block, isPlayback ? 'memory' : 'memory and disk');
      },
      onClosed: (closed) => this.#remove(contentKey, closed),
    });
    const flows = this.#flows.get(contentKey);
    if (flows === undefined) this.#flows.set(contentKey, new Set([flow]));
    else flows.add(flow);
    return flow;
  }

  /** Cancels every upstream request; readers that wait for one fail. */
  close(): void {
    const failure = new BridgeError('cancelled', 'the bridge is stopping');
    for (const flows of [...this.#flows.values()]) for (const flow of [...flows]) flow.cancel(failure);
  }

  #remove(contentKey: string, flow: Flow): void {
    const flows = this.#flows.get(contentKey);
    flows?.delete(flow);
    if (flows?.size === 0) this.#flows.delete(contentKey);
  }
}
