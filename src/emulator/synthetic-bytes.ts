import { seededRandom } from './seeded-random.ts';

/** Bytes that share one key. The pattern below has as many. */
const BLOCK_BYTES = 0x1_0000;
const BLOCK_WORDS = BLOCK_BYTES / 4;
const WORDS_BITS = 0x1_0000_0000;

const PATTERN = randomWords(BLOCK_WORDS);

/**
 * Bytes `start` (inclusive) to `end` (exclusive) of the endless content named by `seed`: a pure function, so any
 * range of any size can be served, and checked, without being kept. Offsets go up to 2^53.
 *
 * Every word is the word of a fixed random pattern at its place in the block, XORed with a key hashed from seed and
 * block: a byte shifted, repeated, or taken from elsewhere or another content shows.
 */
export function syntheticBytes(seed: number | string, start: number, end: number): Buffer {
  const alignedStart = start - (start % 4);
  const words = Math.ceil((end - alignedStart) / 4);
  const bytes = Buffer.allocUnsafeSlow(words * 4);
  const out = new Int32Array(bytes.buffer, 0, words);
  const hashedSeed = hashSeed(seed);

  let written = 0;
  while (written < words) {
    const offset = alignedStart + written * 4;
    const from = (offset % BLOCK_BYTES) / 4;
    const count = Math.min(BLOCK_WORDS - from, words - written);
    fillWords(out, written, from, count, blockKey(hashedSeed, Math.floor(offset / BLOCK_BYTES)));
    written += count;
  }
  return bytes.subarray(start - alignedStart, end - alignedStart);
}

function fillWords(out: Int32Array, at: number, from: number, count: number, key: number): void {
  for (let word = 0; word < count; word += 1) out[at + word] = (PATTERN[from + word] ?? 0) ^ key;
}

function blockKey(seed: number, block: number): number {
  return mix(mix(seed ^ (block % WORDS_BITS)) + Math.floor(block / WORDS_BITS));
}

/** Hashes a seed of any kind to 32 bits. */
export function hashSeed(seed: number | string): number {
  let hash = 0x811c9dc5;
  for (const character of String(seed)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return mix(hash);
}

/** Spreads a change of any bit over all 32 (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function randomWords(count: number): Int32Array {
  const random = seededRandom(0x1f1c41e5);
  return Int32Array.from({ length: count }, () => Math.floor(random() * WORDS_BITS) | 0);
}
