import { crc32 } from 'node:zlib';
import { BridgeError } from '../errors.ts';
import type { BlockFile } from './block-file.ts';

/** What the index says of one slot of the data file. */
export interface SlotEntry {
  readonly slot: number;
  /** Of contentKey(). */
  readonly content: string;
  readonly index: number;
  /** Head and tail blocks have a share of the budget of their own. */
  readonly kept: boolean;
  /** Where the run begins within its block, and how long it is, bytes. */
  readonly offset: number;
  readonly length: number;
  /** CRC-32 of the run. */
  readonly checksum: number;
  /** Rises with every write; the order of age after a restart. */
  readonly sequence: number;
}

const MAGIC = 0x46424231;
const RECORD_BYTES = 64;

/** The place of each field within a record. */
const FIELD = {
  recordChecksum: 0,
  checksum: 4,
  content: 8,
  index: 24,
  offset: 28,
  length: 32,
  kept: 36,
  sequence: 40,
};
const CONTENT_BYTES = 16;

/**
 * The index file: a header, then one record of 64 bytes for each slot of the data file, each with a checksum of its
 * own. It is read in one go at the start (5 MiB for 20 GiB of blocks); after that records are only written.
 */
export class DiskIndex {
  readonly #file: BlockFile;

  constructor(file: BlockFile) {
    this.#file = file;
  }

  /**
   * The sound records of the first `slots` slots, in any order; null when the file is new, damaged at its head, or
   * was written for another block size, so that the data file means nothing.
   */
  async load(blockSize: number, slots: number): Promise<SlotEntry[] | null> {
    const size = Math.min(await this.#file.size(), (slots + 1) * RECORD_BYTES);
    const bytes = Buffer.alloc(size);
    const filled = await this.#file.read(bytes, 0);
    if (filled < RECORD_BYTES || !bytes.subarray(0, RECORD_BYTES).equals(header(blockSize))) return null;
    const entries: SlotEntry[] = [];
    for (let slot = 0; (slot + 2) * RECORD_BYTES <= filled; slot += 1) {
      const entry = decode(bytes.subarray((slot + 1) * RECORD_BYTES, (slot + 2) * RECORD_BYTES), slot);
      if (entry !== null && entry.offset + entry.length <= blockSize) entries.push(entry);
    }
    return entries;
  }

  /** Makes the index empty, for blocks of `blockSize`. */
  async reset(blockSize: number): Promise<void> {
    await this.#file.truncate(0);
    await this.#file.write([header(blockSize)], 0);
  }

  /** Forgets the slots beyond the first `slots`. */
  async shrinkTo(slots: number): Promise<void> {
    const size = (slots + 1) * RECORD_BYTES;
    if ((await this.#file.size()) > size) await this.#file.truncate(size);
  }

  async write(entry: SlotEntry): Promise<void> {
    await this.#file.write([encode(entry)], (entry.slot + 1) * RECORD_BYTES);
  }

  async erase(slot: number): Promise<void> {
    await this.#file.write([Buffer.alloc(RECORD_BYTES)], (slot + 1) * RECORD_BYTES);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function header(blockSize: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeUInt32LE(MAGIC, FIELD.checksum);
  record.writeUInt32LE(blockSize, FIELD.length);
  return sealed(record);
}

function encode(entry: SlotEntry): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeUInt32LE(entry.checksum, FIELD.checksum);
  if (record.write(entry.content, FIELD.content, 'hex') !== CONTENT_BYTES) {
    throw new BridgeError('internal', 'a content key is not of 32 hex digits');
  }
  record.writeUInt32LE(entry.index, FIELD.index);
  record.writeUInt32LE(entry.offset, FIELD.offset);
  record.writeUInt32LE(entry.length, FIELD.length);
  record.writeUInt8(entry.kept ? 1 : 0, FIELD.kept);
  record.writeUIntLE(entry.sequence, FIELD.sequence, 6);
  return sealed(record);
}

function sealed(record: Buffer): Buffer {
  record.writeUInt32LE(crc32(record.subarray(FIELD.checksum)), FIELD.recordChecksum);
  return record;
}

function decode(record: Buffer, slot: number): SlotEntry | null {
  const length = record.readUInt32LE(FIELD.length);
  if (length === 0 || record.readUInt32LE(FIELD.recordChecksum) !== crc32(record.subarray(FIELD.checksum)))
    return null;
  return {
    slot,
    content: record.toString('hex', FIELD.content, FIELD.content + CONTENT_BYTES),
    index: record.readUInt32LE(FIELD.index),
    kept: record.readUInt8(FIELD.kept) === 1,
    offset: record.readUInt32LE(FIELD.offset),
    length,
    checksum: record.readUInt32LE(FIELD.checksum),
    sequence: record.readUIntLE(FIELD.sequence, 6),
  };
}
