import { createHash } from 'node:crypto';
import type { Content } from './content.ts';

/** How contents are cut into blocks, and which of them are worth most. All in bytes. */
export interface BlockLayout {
  readonly blockSize: number;
  /** Blocks of video and audio that begin within this much of the start outlive the middle. */
  readonly headBytes: number;
  /** The same for the end: indexes of MP4 and Matroska files often stand there. */
  readonly tailBytes: number;
}

/**
 * 256 KiB: bigger blocks streamed no faster and cost each slow reader more memory; smaller ones cost CPU. 4 MiB at either end hold what media probes read.
 */
export const DEFAULT_LAYOUT: BlockLayout = {
  blockSize: 256 * 1024,
  headBytes: 4 * 1024 * 1024,
  tailBytes: 4 * 1024 * 1024,
};

/** Names one version of one content in the caches: 32 hex digits, whatever ids and versions look like. */
export function contentKey(content: Pick<Content, 'id' | 'version'>): string {
  return createHash('sha256').update(`${content.id}\0${content.version}`).digest('hex').slice(0, 32);
}

export function blockKey(content: string, index: number): string {
  return `${content}/${index}`;
}

/** Whether a block holds what scanners read again and again: the head or tail of video or audio. */
export function isHeadOrTail(layout: BlockLayout, content: Content, index: number): boolean {
  if (!/^(video|audio)\//.test(content.contentType)) return false;
  const start = index * layout.blockSize;
  return start < layout.headBytes || start + layout.blockSize > content.size - layout.tailBytes;
}

/** Pieces shorter than this are copied together, so that a dripping host costs no more memory than its bytes. */
const SMALLEST_PIECE = 4 * 1024;
const PACK_BYTES = 16 * 1024;

/**
 * One unbroken run of bytes within one block of a content. Most blocks are whole; a read that was small or given
 * up leaves a shorter run, which the next read goes on from.
 *
 * The run is kept in the very buffers it came in from the network: copying each byte into one buffer took about a
 * sixth more CPU for a whole stream. Bytes are only ever appended, so a view that was handed out stays true while
 * the block fills.
 */
export class Block {
  readonly index: number;
  /** Offset of the first byte within the content, inclusive. */
  readonly start: number;
  readonly #pieces: Buffer[] = [];
  /** Offset within the content at which each piece begins. */
  readonly #starts: number[] = [];
  #capacity: number;
  #filled = 0;
  /** The last piece is a view of the beginning of this, and may grow within it. */
  #pack: Buffer | null = null;

  private constructor(index: number, start: number, capacity: number) {
    this.index = index;
    this.start = start;
    this.#capacity = capacity;
  }

  /** An empty block that will hold the bytes from `start` to `end` of the content. */
  static empty(index: number, start: number, end: number): Block {
    return new Block(index, start, end - start);
  }

  static of(index: number, start: number, bytes: Buffer): Block {
    const block = new Block(index, start, bytes.length);
    block.#keep(bytes);
    return block;
  }

  /** Offset of the first byte that is not at hand yet, exclusive end of the run. */
  get end(): number {
    return this.start + this.#filled;
  }

  get full(): boolean {
    return this.#filled === this.#capacity;
  }

  /** Bytes it will hold when full. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The run, in the buffers it stands in. */
  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  /** Takes bytes of `chunk` from `offset` on; gives how many. The chunk is the block's from then on. */
  append(chunk: Buffer, offset: number): number {
    const piece = chunk.subarray(offset, offset + this.#capacity - this.#filled);
    // A small view would keep the whole of a big buffer in memory.
    if (piece.length < Math.max(SMALLEST_PIECE, chunk.buffer.byteLength / 4)) this.#copy(piece);
    else this.#keep(piece);
    return piece.length;
  }

  covers(position: number): boolean {
    return position >= this.start && position < this.start + this.#filled;
  }

  /** A view of the bytes from `position` on, up to `end` or as far as they stand in one buffer; they must be at hand. */
  slice(position: number, end: number): Buffer {
    let at = this.#starts.length - 1;
    while (at > 0 && (this.#starts[at] ?? 0) > position) at -= 1;
    const start = this.#starts[at] ?? this.start;
    return (this.#pieces[at] ?? NO_BYTES).subarray(position - start, end - start);
  }

  /** Says that nothing will be appended any more, so that its capacity is its length. */
  finish(): void {
    this.#capacity = this.#filled;
  }

  /** One run made of this one and `other` where they touch or overlap; else the longer of the two. */
  joinedWith(other: Block): Block {
    const [first, second] = this.start <= other.start ? [this, other] : [other, this];
    if (second.end <= first.end) return first;
    if (second.start > first.end) return first.end - first.start > second.end - second.start ? first : second;
    if (second.start === first.start) return second;
    const joined = Block.empty(first.index, first.start, second.end);
    for (const piece of first.#pieces) joined.append(piece, 0);
    while (!joined.full) joined.append(second.slice(joined.end, second.end), 0);
    return joined;
  }

  #keep(piece: Buffer): void {
    this.#starts.push(this.end);
    this.#pieces.push(piece);
    this.#filled += piece.length;
    this.#pack = null;
  }

  #copy(piece: Buffer): void {
    for (let taken = 0; taken < piece.length;) {
      const last = this.#pack === null ? NO_BYTES : (this.#pieces.at(-1) ?? NO_BYTES);
      const pack = this.#packWithRoom(last.length);
      const used = pack === this.#pack ? last.length : 0;
      const added = piece.copy(pack, used, taken);
      if (used === 0) {
        this.#starts.push(this.end);
        this.#pieces.push(pack.subarray(0, added));
      } else {
        this.#pieces[this.#pieces.length - 1] = pack.subarray(0, used + added);
      }
      this.#pack = pack;
      this.#filled += added;
      taken += added;
    }
  }

  #packWithRoom(used: number): Buffer {
    if (this.#pack !== null && used < this.#pack.length) return this.#pack;
    return Buffer.allocUnsafeSlow(Math.min(PACK_BYTES, this.#capacity - this.#filled));
  }
}

const NO_BYTES = Buffer.alloc(0);
