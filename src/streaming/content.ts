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
  read(content: Content, range: ByteRange, request: UpstreamRequest): UpstreamBytes;
}

/** The bytes of one range, in chunks, as they come. */
export interface UpstreamBytes extends AsyncGenerator<Buffer, void, undefined> {
  /** Whether more bytes come without another request to the storage host. */
  readonly connected: boolean;
  /** Says that no byte is wanted for the time being: until the next `next` the connection may serve others. */
  rest(): void;
}

/** What the readers behind an upstream read need; asked whenever connections are shared out. */
export interface Need {
  /** How long the bytes at hand last (ms); 0: somebody waits for the next one. */
  leadMs(): number;
  /** Offset up to which bytes are wanted for now, exclusive. */
  goal(): number;
}

export interface UpstreamRequest {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** Without it all bytes are wanted, and waited for. */
  readonly need?: Need | undefined;
  /** Told of what had to be healed, for status pages and metrics. */
  readonly onHealed?: ((healing: Healing) => void) | undefined;
}

export interface Healing {
  readonly action: 'link-renewed' | 'resumed' | 'retried' | 'waited';
  /** In plain words, without secrets. */
  readonly reason: string;
}
