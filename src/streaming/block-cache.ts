import type { BlockLayout } from './block.ts';
import { Block, blockKey } from './block.ts';
import { BlockLru } from './block-lru.ts';
import type { ByteRange } from './range.ts';

/** Names one block in the cache. */
export interface BlockAddress {
  /** Of contentKey(). */
  readonly content: string;
  readonly index: number;
  /** Head and tail blocks have a share of the budgets of their own. */
  readonly kept: boolean;
}

/** The tier behind memory. */
export interface BlockDisk {
  /** The run of bytes it has of a block; null: none. */
  runOf(address: BlockAddress): ByteRange | null;
  /** Null: not there, or no longer as it was written. Never rejects. */
  read(address: BlockAddress): Promise<Block | null>;
  /** Keeps a block, or drops it when the disk cannot follow. Never throws, never waits. */
  write(address: BlockAddress, block: Block): void;
}

/** Part of each tier's budget that head and tail blocks of media have to themselves. */
export const KEPT_SHARE = 0.25;

export interface CacheFill {
  readonly blocks: number;
  readonly bytes: number;
  readonly budgetBytes: number;
  /** Blocks dropped to make room, since the start. */
  readonly evictions: number;
}

/** Blocks in memory, then on disk; what comes from disk is kept in memory too. */
export class BlockCache {
  readonly layout: BlockLayout;
  readonly #memoryBytes: number;
  readonly #memory: BlockLru<Block>;
  readonly #disk: BlockDisk | null;
  readonly #reading = new Map<string, Promise<Block | null>>();
  #evictions = 0;

  constructor(options: { layout: BlockLayout; memoryBytes: number; disk: BlockDisk | null }) {
    this.layout = options.layout;
    this.#memoryBytes = options.memoryBytes;
    this.#disk = options.disk;
    this.#memory = new BlockLru<Block>({
      bytes: options.memoryBytes,
      keptShare: KEPT_SHARE,
      sizeOf: (block) => block.capacity,
      onEvict: () => (this.#evictions += 1),
    });
  }

  /** Whether there is nowhere to keep a block. */
  get disabled(): boolean {
    return this.#memoryBytes === 0 && this.#disk === null;
  }

  /** The run of bytes at hand of a block, in either tier; null: none. */
  runOf(address: BlockAddress): ByteRange | null {
    return this.#memory.peek(blockKey(address.content, address.index)) ?? this.#disk?.runOf(address) ?? null;
  }

  inMemory(address: BlockAddress): Block | undefined {
    return this.#memory.get(blockKey(address.content, address.index));
  }

  /** Reads a block from disk, once however many ask at once; null: not there, or damaged. Never rejects. */
  async onDisk(address: BlockAddress): Promise<Block | null> {
    if (this.#disk === null) return null;
    const key = blockKey(address.content, address.index);
    const pending = this.#reading.get(key);
    if (pending !== undefined) return pending;
    const reading = this.#disk.read(address);
    this.#reading.set(key, reading);
    try {
      const block = await reading;
      if (block !== null) this.#remember(key, block, address.kept);
      return block;
    } finally {
      this.#reading.delete(key);
    }
  }

  /**
   * Keeps a block that was fetched, joined with what was at hand of it.
   *
   * @param tiers `memory` for what is not worth the disk's time.
   */
  put(address: BlockAddress, block: Block, tiers: 'memory' | 'memory and disk' = 'memory and disk'): void {
    const joined = this.#remember(blockKey(address.content, address.index), block, address.kept);
    if (tiers === 'memory') return;
    const onDisk = this.#disk?.runOf(address) ?? null;
    if (onDisk === null || joined.end - joined.start > onDisk.end - onDisk.start) {
      this.#disk?.write(address, joined);
    }
  }

  memoryFill(): CacheFill {
    return {
      blocks: this.#memory.size,
      bytes: this.#memory.bytes,
      budgetBytes: this.#memoryBytes,
      evictions: this.#evictions,
    };
  }

  #remember(key: string, block: Block, kept: boolean): Block {
    const known = this.#memory.peek(key);
    const joined = known === undefined ? block : known.joinedWith(block);
    if (joined !== known) this.#memory.set(key, joined, kept);
    return joined;
  }
}
