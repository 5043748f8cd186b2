import type { Healing } from './content.ts';

/** Someone served by a flow. */
export interface FlowReader {
  /** Offset of the next byte it reads. */
  readonly position: number;
  /** Offset up to which bytes may be fetched for it now, exclusive. */
  readonly goal: number;
  /** Bytes per second it has taken lately. */
  readonly rate: number;
  /** Called when bytes have come or the flow has ended. */
  wake(): void;
  healed(healing: Healing): void;
}

/** All whom one flow serves. */
export class FlowReaders {
  readonly #readers = new Set<FlowReader>();

  get size(): number {
    return this.#readers.size;
  }

  add(reader: FlowReader): void {
    this.#readers.add(reader);
  }

  /** Gives false for one who is not here. */
  delete(reader: FlowReader): boolean {
    return this.#readers.delete(reader);
  }

  wake(): void {
    for (const reader of this.#readers) reader.wake();
  }

  healed(healing: Healing): void {
    for (const reader of this.#readers) reader.healed(healing);
  }

  /** Offset up to which bytes may be fetched now, exclusive; 0: nobody is here. */
  goal(): number {
    let goal = 0;
    for (const reader of this.#readers) goal = Math.max(goal, reader.goal);
    return goal;
  }

  /** Offset of the next byte of whoever has come farthest; 0: nobody is here. */
  foremost(): number {
    let foremost = 0;
    for (const reader of this.#readers) foremost = Math.max(foremost, reader.position);
    return foremost;
  }

  /** Whether somebody has read all that came before `position` and may have more. */
  awaits(position: number): boolean {
    for (const reader of this.#readers) {
      if (reader.position >= position && reader.goal > position) return true;
    }
    return false;
  }

  /** How long the bytes before `position` last, at the rate they were taken lately (ms); Infinity: nobody takes any. */
  leadMs(position: number): number {
    if (this.awaits(position)) return 0;
    let leadMs = Infinity;
    for (const reader of this.#readers) {
      const ahead = position - reader.position;
      if (ahead > 0) leadMs = Math.min(leadMs, (ahead / reader.rate) * 1000);
    }
    return leadMs;
  }
}
