import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** A file of bytes at offsets, as the disk tier needs it. Methods reject with the system's error. */
export interface BlockFile {
  /** Fills `target` from `position` on; gives how many bytes there were. */
  read(target: Buffer, position: number): Promise<number>;
  write(bytes: Buffer, position: number): Promise<void>;
  /** Bytes. */
  size(): Promise<number>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenBlockFile = (path: string) => Promise<BlockFile>;

/** Opens a file for reading and writing, made if missing, readable by its owner only. */
export const openBlockFile: OpenBlockFile = async (path) => {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    read: (target, position) => readFully(handle, target, position),
    write: (bytes, position) => writeFully(handle, bytes, position),
    size: async () => (await handle.stat()).size,
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
};

async function readFully(handle: FileHandle, target: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
