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
 * 256 KiB: measured, bigger blocks stream no faster and cost each slow reader more memory, smaller ones cost CPU;
 * 4 MiB at either end hold what media probes read.
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

/**
 * One unbroken run of bytes within one block of a content. Most blocks are whole; a read that was small or given
 * up leaves a shorter run, which the next read goes on from. Bytes are only ever appended, so a slice that was
 * handed out stays true while the block still fills.
 */
export class Block {
  readonly index: number;
  /** Offset of the first byte within the content, inclusive. */
  readonly start: number;
  readonly #bytes: Buffer;
  #filled: number;

  private constructor(index: number, start: number, bytes: Buffer, filled: number) {
    this.index = index;
    this.start = start;
    this.#bytes = bytes;
    this.#filled = filled;
  }

  /** An empty block with room for the bytes from `start` to `end` of the content. */
  static empty(index: number, start: number, end: number): Block {
    return new Block(index, start, Buffer.allocUnsafeSlow(end - start), 0);
  }

  static of(index: number, start: number, bytes: Buffer): Block {
    return new Block(index, start, bytes, bytes.length);
  }

  /** Offset of the first byte that is not at hand yet, exclusive end of the run. */
  get end(): number {
    return this.start + this.#filled;
  }

  get full(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** Bytes of memory it holds, filled or not. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Takes bytes of `chunk` from `offset` on; gives how many. */
  append(chunk: Buffer, offset: number): number {
    const taken = chunk.copy(this.#bytes, this.#filled, offset);
    this.#filled += taken;
    return taken;
  }

  covers(position: number): boolean {
    return position >= this.start && position < this.start + this.#filled;
  }

  /** A view, not a copy, of the bytes from `position` to at most `end`; they must be at hand. */
  slice(position: number, end: number): Buffer {
    return this.#bytes.subarray(position - this.start, Math.min(end - this.start, this.#filled));
  }

  /** The same run in memory of just its length. */
  trimmed(): Block {
    return this.full ? this : Block.of(this.index, this.start, Buffer.from(this.slice(this.start, this.end)));
  }

  /** One run made of this one and `other` where they touch or overlap; else the longer of the two. */
  joinedWith(other: Block): Block {
    const [first, second] = this.start <= other.start ? [this, other] : [other, this];
    if (second.end <= first.end) return first;
    if (second.start > first.end) return first.end - first.start > second.end - second.start ? first : second;
    if (second.start === first.start) return second;
    const joined = Block.empty(first.index, first.start, second.end);
    joined.append(first.slice(first.start, second.start), 0);
    joined.append(second.slice(second.start, second.end), 0);
    return joined;
  }
}
