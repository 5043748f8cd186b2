import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock } from '../clock.ts';
import { Block, blockKey } from './block.ts';
import type { BlockAddress, BlockDisk, CacheFill } from './block-cache.ts';
import type { BlockFile, OpenBlockFile } from './block-file.ts';
import { openBlockFile } from './block-file.ts';
import { DiskIndex, type SlotEntry } from './disk-index.ts';
import type { ByteRange } from './range.ts';
import { SlotTable, type Slot } from './slot-table.ts';

export interface DiskStoreOptions {
  readonly directory: string;
  /** Bytes; the data file never grows beyond. */
  readonly budgetBytes: number;
  readonly blockSize: number;
  readonly clock: Clock;
  /** Told once when the disk fails, and once when it works again. */
  readonly onProblem: (message: string) => void;
  readonly openFile?: OpenBlockFile;
}

export interface DiskFill extends CacheFill {
  readonly state: 'on' | 'off';
  /** Blocks that were no longer as written, and dropped. */
  readonly damaged: number;
  /** Blocks that were not written because the disk could not follow. */
  readonly skipped: number;
}

/** Blocks waiting to be written hold at most this much memory; more are not kept on disk. */
const QUEUE_BYTES = 16 * 1024 * 1024;

/** After a failed write none is tried for this long. */
const OFF_MS = 5 * 60 * 1000;

interface Write {
  readonly address: BlockAddress;
  readonly block: Block;
}

/**
 * The disk tier: two files, however many blocks. The data file is a row of slots of one block each, reused in place;
 * the index file says what stands in each. Two open files and no directory walk: it costs no descriptors, starts in
 * the time of one sequential read of the index, and needs no compaction.
 *
 * A block is written first, its index record after it, and every read is checked against the record's checksum. So
 * whatever a crash leaves behind (a slot half overwritten, a record not yet written or half written) is found out and
 * dropped; nothing is ever synced for it.
 *
 * Writes wait in a bounded queue, off the path of readers. One that fails (disk full, input/output error) turns
 * writing off for some minutes; reading goes on.
 */
export class DiskStore implements BlockDisk {
  readonly #options: DiskStoreOptions;
  readonly #slots: number;
  readonly #table: SlotTable;
  readonly #queue: Write[] = [];
  #files: { readonly data: BlockFile; readonly index: DiskIndex } | null = null;
  #queuedBytes = 0;
  #writing: Promise<void> | null = null;
  #sequence = 0;
  #offUntil = 0;
  #failing = false;
  #damaged = 0;
  #skipped = 0;
  #closed = false;

  private constructor(options: DiskStoreOptions) {
    this.#options = options;
    this.#slots = Math.floor(options.budgetBytes / options.blockSize);
    this.#table = new SlotTable(this.#slots, options.blockSize);
  }

  /** Resolves with what an earlier run left in `directory` at hand. A disk that fails is told of, never thrown. */
  static async open(options: DiskStoreOptions): Promise<DiskStore> {
    const store = new DiskStore(options);
    try {
      await store.#openFiles();
    } catch (error) {
      store.#turnOff(error);
    }
    return store;
  }

  runOf(address: BlockAddress): ByteRange | null {
    const entry = this.#table.peek(blockKey(address.content, address.index))?.entry;
    if (entry === undefined || entry === null) return null;
    const start = address.index * this.#options.blockSize + entry.offset;
    return { start, end: start + entry.length };
  }

  async read(address: BlockAddress): Promise<Block | null> {
    const key = blockKey(address.content, address.index);
    const slot = this.#table.use(key);
    const entry = slot?.entry;
    if (slot === undefined || entry === undefined || entry === null || this.#files === null) return null;
    const bytes = Buffer.allocUnsafeSlow(entry.length);
    const filled = await this.#files.data.read(bytes, entry.slot * this.#options.blockSize).catch(() => 0);
    // Evicted or written anew meanwhile: the bytes may be another block's.
    if (this.#table.peek(key) !== slot || slot.entry !== entry) return null;
    if (filled < entry.length || crc32(bytes) !== entry.checksum) {
      this.#damaged += 1;
      this.#drop(key, slot);
      return null;
    }
    return Block.of(address.index, address.index * this.#options.blockSize + entry.offset, bytes);
  }

  write(address: BlockAddress, block: Block): void {
    if (this.#closed || this.#slots === 0) return;
    if (this.#off || this.#queuedBytes + block.capacity > QUEUE_BYTES) {
      this.#skipped += 1;
      return;
    }
    this.#queue.push({ address, block });
    this.#queuedBytes += block.capacity;
    this.#writing ??= this.#drain();
  }

  fill(): DiskFill {
    return {
      state: this.#off ? 'off' : 'on',
      blocks: this.#table.size,
      bytes: this.#table.bytes,
      budgetBytes: this.#options.budgetBytes,
      evictions: this.#table.evictions,
      damaged: this.#damaged,
      skipped: this.#skipped,
    };
  }

  /** Resolves when what has been handed over is written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Writes what waits, then closes the files. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    const files = this.#files;
    this.#files = null;
    await Promise.allSettled([files?.data.close(), files?.index.close()]);
  }

  get #off(): boolean {
    return this.#options.clock.monotonic() < this.#offUntil;
  }

  async #openFiles(): Promise<void> {
    const { directory, openFile = openBlockFile } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const data = await openFile(join(directory, 'blocks.data'));
    const index = new DiskIndex(await openFile(join(directory, 'blocks.index')));
    try {
      await this.#load(data, index);
    } catch (error) {
      await Promise.allSettled([data.close(), index.close()]);
      throw error;
    }
    this.#files = { data, index };
  }

  async #load(data: BlockFile, index: DiskIndex): Promise<void> {
    const { blockSize } = this.#options;
    const entries = await index.load(blockSize, this.#slots);
    if (entries === null) {
      await data.truncate(0);
      await index.reset(blockSize);
      return;
    }
    if ((await data.size()) > this.#slots * blockSize) await data.truncate(this.#slots * blockSize);
    await index.shrinkTo(this.#slots);
    this.#table.restore(entries);
    for (const { sequence } of entries) this.#sequence = Math.max(this.#sequence, sequence);
  }

  async #drain(): Promise<void> {
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#queuedBytes -= next.block.capacity;
        await this.#store(next);
      }
      if (this.#failing) this.#turnOn();
    } catch (error) {
      this.#turnOff(error);
    } finally {
      this.#writing = null;
    }
  }

  async #store({ address, block }: Write): Promise<void> {
    if (this.#files === null) await this.#openFiles();
    if (this.#files === null) return;
    const key = blockKey(address.content, address.index);
    const slot = this.#table.take(key, address.kept);
    if (slot === null) return;
    const { blockSize } = this.#options;
    this.#sequence += 1;
    const entry: SlotEntry = {
      slot: slot.number,
      content: address.content,
      index: address.index,
      kept: address.kept,
      offset: block.start - address.index * blockSize,
      length: block.end - block.start,
      checksum: block.pieces.reduce((sum, piece) => crc32(piece, sum), 0),
      sequence: this.#sequence,
    };
    try {
      await this.#files.data.write(block.pieces, slot.number * blockSize);
      await this.#files.index.write(entry);
      slot.entry = entry;
    } catch (error) {
      if (this.#table.peek(key) === slot) this.#table.release(key, slot);
      throw error;
    }
  }

  #drop(key: string, slot: Slot): void {
    this.#table.release(key, slot);
    // Should this fail, the checksum finds the damage out again after a restart.
    this.#files?.index.erase(slot.number).catch(() => undefined);
  }

  #turnOff(error: unknown): void {
    this.#offUntil = this.#options.clock.monotonic() + OFF_MS;
    this.#skipped += this.#queue.length;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    if (this.#failing) return;
    this.#failing = true;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    this.#options.onProblem(`the disk cache is off for now (${code}); streaming goes on without it`);
  }

  #turnOn(): void {
    this.#failing = false;
    this.#options.onProblem('the disk cache is on again');
  }
}
