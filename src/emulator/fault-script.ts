import type { Random } from '../clock.ts';
import { seededRandom } from './seeded-random.ts';

/** What a request is about, by which scripted faults pick theirs. */
export type FaultTarget = Readonly<Record<string, string>>;

interface Planned<Fault> {
  readonly fault: Fault;
  readonly where: FaultTarget;
}

export interface RandomFaults<Fault> {
  readonly seed: number;
  /** Share of requests that get a fault, 0 to 1. */
  readonly rate: number;
  /** One of these is drawn, each as likely as the others. */
  readonly kinds: readonly Fault[];
}

interface RandomPlan<Fault> {
  readonly random: Random;
  readonly rate: number;
  readonly kinds: readonly Fault[];
}

/**
 * Decides which request goes wrong, and how. One-shot faults come first, in the order given, each for the first
 * request that fits its `where`; then the standing ones; then chance.
 */
export class FaultScript<Fault> {
  readonly #queue: Planned<Fault>[] = [];
  #standing: Planned<Fault>[] = [];
  #random: RandomPlan<Fault> | undefined;

  /** Lets the next request go wrong, or the next `times` requests. */
  next(fault: Fault, where: FaultTarget = {}, times = 1): void {
    for (let time = 0; time < times; time += 1) this.#queue.push({ fault, where });
  }

  /** Lets every request go wrong until `clear`. */
  always(fault: Fault, where: FaultTarget = {}): void {
    this.#standing.push({ fault, where });
  }

  random({ seed, rate, kinds }: RandomFaults<Fault>): void {
    this.#random = { random: seededRandom(seed), rate, kinds };
  }

  /** From now on nothing goes wrong. */
  clear(): void {
    this.#queue.length = 0;
    this.#standing = [];
    this.#random = undefined;
  }

  /** One-shot faults that no request has met yet. */
  get pending(): number {
    return this.#queue.length;
  }

  /** The fault of a request, which takes a one-shot fault off the script; undefined: all goes well. */
  take(target: FaultTarget): Fault | undefined {
    const at = this.#queue.findIndex(({ where }) => fits(where, target));
    if (at >= 0) return this.#queue.splice(at, 1)[0]?.fault;
    return this.#standing.find(({ where }) => fits(where, target))?.fault ?? this.#draw();
  }

  #draw(): Fault | undefined {
    if (this.#random === undefined) return undefined;
    const { random, rate, kinds } = this.#random;
    return random() < rate ? kinds[Math.floor(random() * kinds.length)] : undefined;
  }
}

function fits(where: FaultTarget, target: FaultTarget): boolean {
  return Object.entries(where).every(([key, value]) => target[key] === value);
}
