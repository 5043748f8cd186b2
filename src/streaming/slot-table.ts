import { blockKey } from './block.ts';
import { KEPT_SHARE } from './block-cache.ts';
import { BlockLru } from './block-lru.ts';
import type { SlotEntry } from './disk-index.ts';

/** A slot that holds a run, or that is just being written. */
export interface Slot {
  entry: SlotEntry | null;
  number: number;
}

/** Which block stands in which slot of the data file, and which of them makes room for the next. */
export class SlotTable {
  readonly #slots: number;
  readonly #lru: BlockLru<Slot>;
  readonly #free: number[] = [];
  /** No slot from here on has ever held a block. */
  #unusedFrom = 0;
  #evictions = 0;

  /** @param blockSize bytes of each slot. */
  constructor(slots: number, blockSize: number) {
    this.#slots = slots;
    this.#lru = new BlockLru<Slot>({
      bytes: slots * blockSize,
      keptShare: KEPT_SHARE,
      sizeOf: () => blockSize,
      onEvict: (slot) => {
        this.#evictions += 1;
        this.#free.push(slot.number);
      },
    });
  }

  /** Blocks in it. */
  get size(): number {
    return this.#lru.size;
  }

  get bytes(): number {
    return this.#lru.bytes;
  }

  /** Blocks that made room for others, since the start. */
  get evictions(): number {
    return this.#evictions;
  }

  peek(key: string): Slot | undefined {
    return this.#lru.peek(key);
  }

  /** As `peek`, and counts as a use. */
  use(key: string): Slot | undefined {
    return this.#lru.get(key);
  }

  /** Takes over what an earlier run left; of two entries for one block the one with the higher sequence counts. */
  restore(entries: readonly SlotEntry[]): void {
    const used = new Set<number>();
    for (const entry of entries.toSorted((a, b) => a.sequence - b.sequence)) {
      const key = blockKey(entry.content, entry.index);
      const older = this.#lru.peek(key);
      if (older !== undefined) this.release(key, older);
      used.add(entry.slot);
      this.#lru.set(key, { number: entry.slot, entry }, entry.kept);
      if (this.#lru.peek(key) === undefined) this.#free.push(entry.slot);
      this.#unusedFrom = Math.max(this.#unusedFrom, entry.slot + 1);
    }
    for (let slot = 0; slot < this.#unusedFrom; slot += 1) if (!used.has(slot)) this.#free.push(slot);
    this.#evictions = 0;
  }

  /**
   * A slot to write to, which nobody reads from: the block's own, a free one, or the one used longest ago; null: every
   * one is worth more than this block.
   */
  take(key: string, kept: boolean): Slot | null {
    const own = this.#lru.peek(key);
    if (own !== undefined) {
      own.entry = null;
      return own;
    }
    const slot: Slot = { number: -1, entry: null };
    // Makes room: what is evicted gives its slot back.
    this.#lru.set(key, slot, kept);
    if (this.#lru.peek(key) !== slot) return null;
    const number = this.#free.pop() ?? this.#unusedSlot();
    if (number === null) {
      this.#lru.delete(key);
      return null;
    }
    slot.number = number;
    return slot;
  }

  release(key: string, slot: Slot): void {
    this.#lru.delete(key);
    this.#free.push(slot.number);
  }

  #unusedSlot(): number | null {
    if (this.#unusedFrom >= this.#slots) return null;
    this.#unusedFrom += 1;
    return this.#unusedFrom - 1;
  }
}
