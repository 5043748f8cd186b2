import { LRUCache } from 'lru-cache';

export interface BlockLruOptions<V> {
  /** Budget for all values together, bytes. */
  readonly bytes: number;
  /** Part of the budget, 0 to 1, that heads and tails have to themselves. */
  readonly keptShare: number;
  readonly sizeOf: (value: V) => number;
  readonly onEvict?: ((value: V, key: string) => void) | undefined;
}

/**
 * Blocks by recency within a budget of bytes. Heads and tails of media have a share of their own, so that no film
 * played from start to end pushes out what the scanners of a media server read of all the others.
 */
export class BlockLru<V extends object> {
  readonly #middle: LRUCache<string, V> | null;
  readonly #kept: LRUCache<string, V> | null;

  constructor(options: BlockLruOptions<V>) {
    const keptBytes = Math.floor(options.bytes * options.keptShare);
    this.#kept = lru(keptBytes, options);
    this.#middle = lru(options.bytes - keptBytes, options);
  }

  get size(): number {
    return (this.#middle?.size ?? 0) + (this.#kept?.size ?? 0);
  }

  get bytes(): number {
    return (this.#middle?.calculatedSize ?? 0) + (this.#kept?.calculatedSize ?? 0);
  }

  /** Counts as a use. */
  get(key: string): V | undefined {
    return this.#middle?.get(key) ?? this.#kept?.get(key);
  }

  /** Does not count as a use. */
  peek(key: string): V | undefined {
    return this.#middle?.peek(key) ?? this.#kept?.peek(key);
  }

  set(key: string, value: V, kept: boolean): void {
    (kept ? this.#kept : this.#middle)?.set(key, value);
  }

  delete(key: string): void {
    this.#middle?.delete(key);
    this.#kept?.delete(key);
  }
}

function lru<V extends object>(bytes: number, options: BlockLruOptions<V>): LRUCache<string, V> | null {
  if (bytes <= 0) return null;
  const onEvict = options.onEvict;
  return new LRUCache<string, V>({
    maxSize: bytes,
    sizeCalculation: options.sizeOf,
    ...(onEvict === undefined
      ? {}
      : {
          dispose: (value: V, key: string, reason: LRUCache.DisposeReason) => {
            if (reason === 'evict') onEvict(value, key);
          },
        }),
  });
}
