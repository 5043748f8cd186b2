import type { Readable } from 'node:stream';
import type { Priority } from '../fichier/api.ts';
import type { ByteRange } from './range.ts';

/** The bytes of one version of one file, as streaming knows them. A FileEntry of the library is one. */
export interface Content {
  readonly id: string;
  /** Blocks are kept by id and version: a replaced file never serves old bytes. */
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** 1fichier page address, from which direct links are minted. */
  readonly url: string;
  /** For status pages and logs. */
  readonly name: string;
  /** Media type; head and tail blocks of video and audio are kept longest. */
  readonly contentType: string;
}

export interface ReadRequest {
  /** Within the content: 0 <= start <= end <= size. */
  readonly range: ByteRange;
  readonly priority: Priority;
  /** Aborting closes what upstream serves this reader alone, at once. */
  readonly signal?: AbortSignal | undefined;
  /** Who reads (address, user agent), for the status page; null: the bridge itself. */
  readonly client: string | null;
}

/** Reads contents through the block cache, healing whatever fails below. */
export interface ContentReader {
  /**
   * Resolves when the first byte is at hand, so that a failure before it can still be answered with a status;
   * rejects with a BridgeError. The body holds exactly the bytes of the range, or is destroyed with a BridgeError.
   * Destroying the body has the effect of aborting.
   */
  open(content: Content, request: ReadRequest): Promise<Readable>;
}

/** Bytes straight from the storage host: links renewed, cut bodies resumed, wrong answers refused. */
export interface Upstream {
  /**
   * Yields exactly the bytes of `range`, in chunks of any size, or throws a BridgeError (`patience-exhausted`, or
   * what the link source says). Returning early or aborting closes the connection at once.
   */
  read(content: Content, range: ByteRange, request: UpstreamRequest): AsyncGenerator<Buffer, void, undefined>;
}

export interface UpstreamRequest {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** Told of what had to be healed, for status pages and metrics. */
  readonly onHealed?: ((healing: Healing) => void) | undefined;
}

export interface Healing {
  readonly action: 'link-renewed' | 'resumed' | 'retried' | 'waited';
  /** In plain words, without secrets. */
  readonly reason: string;
}
