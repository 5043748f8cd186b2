import type { OnReadOpts, Socket } from 'node:net';

/** A read of the socket takes up to this much; Node's own takes 64 KiB, and each read costs as much CPU as its bytes. */
const READ_BYTES = 256 * 1024;

/** A read that fills less of the buffer is copied out, so that what is kept of it holds no memory beyond its bytes. */
const LEAST_FILLED = (READ_BYTES * 3) / 4;

/** Option of `net.connect` and `tls.connect`: reads in big pieces, and pushes them into the socket as ever. */
export function readInBigPieces(): OnReadOpts {
  /** What the socket whose read was just reported goes on with; null: another buffer. */
  let next: Uint8Array | null = null;
  return {
    buffer: () => {
      const buffer = next ?? Buffer.allocUnsafeSlow(READ_BYTES);
      next = null;
      return buffer;
    },
    callback(this: Socket, length: number, buffer: Uint8Array): boolean {
      const filled = Buffer.from(buffer.buffer, buffer.byteOffset, length);
      if (length >= LEAST_FILLED) return this.push(filled);
      next = buffer;
      const copy = Buffer.allocUnsafeSlow(length);
      filled.copy(copy);
      return this.push(copy);
    },
  };
}
