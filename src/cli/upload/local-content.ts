import { createReadStream } from 'node:fs';
import { createWhirlpool } from 'hash-wasm';
import { BridgeError } from '../../errors.ts';
import type { LocalFile } from './local-tree.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The bytes of one local file, once through, with their Whirlpool checksum when they have ended. */
export class LocalContent {
  readonly #file: LocalFile;
  readonly #onRead: (bytes: number) => void;
  #checksum: string | null = null;

  constructor(file: LocalFile, onRead: (bytes: number) => void) {
    this.#file = file;
    this.#onRead = onRead;
  }

  /** 128 lower-case hex digits; null until all bytes were read. */
  get checksum(): string | null {
    return this.#checksum;
  }

  /** @throws BridgeError `content-changed` when the file is not of its size any more, `bad-request` when it cannot be read. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const { path, size } = this.#file;
    const hash = await createWhirlpool();
    hash.init();
    let read = 0;
    try {
      for await (const chunk of createReadStream(path, {
        highWaterMark: CHUNK_BYTES,
      }) as AsyncIterable<Buffer>) {
        read += chunk.length;
        if (read > size) break;
        hash.update(chunk);
        yield chunk;
        this.#onRead(chunk.length);
      }
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new BridgeError('bad-request', `${path} cannot be read: ${reason}`, { cause: error });
    }
    if (read !== size) {
      throw new BridgeError('content-changed', `${path} changed while it was read`, {
        hint: 'Send it again when nothing writes to it any more.',
      });
    }
    this.#checksum = hash.digest('hex');
  }
}

export async function checksumOf(file: LocalFile, signal: AbortSignal): Promise<string> {
  const content = new LocalContent(file, () => signal.throwIfAborted());
  const bytes = content.chunks();
  while ((await bytes.next()).done !== true);
  if (content.checksum === null) throw new BridgeError('internal', 'a file ended without its checksum');
  return content.checksum;
}
