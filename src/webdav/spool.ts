import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../errors.ts';

/** A body of unknown length that was written to disk to learn its length. */
export interface SpooledBody {
  /** Bytes. */
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array>;
  /** Frees the disk space. */
  release(): Promise<void>;
}

/** Bodies on disk, all together within a budget. What a crash left behind is removed at the next start. */
export class Spool {
  readonly #directory: string;
  readonly #budgetBytes: number;
  #usedBytes = 0;

  private constructor(directory: string, budgetBytes: number) {
    this.#directory = directory;
    this.#budgetBytes = budgetBytes;
  }

  /** @param directory used by nothing else: what it holds is removed. */
  static async open(directory: string, budgetBytes: number): Promise<Spool> {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new Spool(directory, budgetBytes);
  }

  /** @throws BridgeError `disk-full` when the budget or the disk is used up; nothing is left behind then. */
  async hold(chunks: AsyncIterable<Uint8Array>): Promise<SpooledBody> {
    const path = join(this.#directory, randomUUID());
    let size = 0;
    const release = async (): Promise<void> => {
      this.#usedBytes -= size;
      size = 0;
      await rm(path, { force: true });
    };
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        this.#requireRoom(chunk.length);
        this.#usedBytes += chunk.length;
        size += chunk.length;
        await file.writeFile(chunk);
      }
    } catch (error) {
      await release();
      throw error;
    } finally {
      await file.close();
    }
    return { size, chunks: () => createReadStream(path), release };
  }

  #requireRoom(bytes: number): void {
    if (this.#usedBytes + bytes <= this.#budgetBytes) return;
    throw new BridgeError('disk-full', 'the budget for uploads of unknown length is used up', {
      hint: 'Send the upload with a Content-Length, wait for other uploads to end, or raise BRIDGE_UPLOAD_SPOOL.',
    });
  }
}
