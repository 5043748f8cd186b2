import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** A file of bytes at offsets, as the disk tier needs it. Methods reject with the system's error. */
export interface BlockFile {
  /** Fills `target` from `position` on; gives how many bytes there were. */
  read(target: Buffer, position: number): Promise<number>;
  /** Writes the pieces one after the other. */
  write(pieces: readonly Buffer[], position: number): Promise<void>;
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
    write: (pieces, position) => writeFully(handle, pieces, position),
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

async function writeFully(handle: FileHandle, pieces: readonly Buffer[], position: number): Promise<void> {
  let rest = pieces;
  let offset = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, offset);
    offset += bytesWritten;
    rest = without(rest, bytesWritten);
  }
}

/** The pieces without their first `bytes`. */
function without(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skipped = bytes;
  const rest: Buffer[] = [];
  for (const piece of pieces) {
    if (skipped < piece.length) rest.push(piece.subarray(skipped));
    skipped = Math.max(0, skipped - piece.length);
  }
  return rest;
}
