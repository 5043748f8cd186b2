import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { readInBigPieces } from '../../src/streaming/receive-buffer.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Reads all that a server sends in `pieces`, each once the one before has been received. */
async function received(pieces: readonly Buffer[]): Promise<Buffer[]> {
  const server = createServer((socket) => {
    const [first, ...rest] = pieces;
    socket.write(first ?? '');
    socket.on('data', () => {
      const next = rest.shift();
      if (next === undefined) socket.end();
      else socket.write(next);
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', onread: readInBigPieces() });
  const chunks: Buffer[] = [];
  let ends = pieces.map((_, index) =>
    pieces.slice(0, index + 1).reduce((sum, piece) => sum + piece.length, 0),
  );
  let length = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    const due = ends.filter((end) => end > length);
    if (due.length < ends.length) socket.write('next');
    ends = due;
  }
  return chunks;
}

it('hands on every byte in order, from sockets that bring much at once and from those that bring little', async () => {
  const sent = [1, 3 * 1024 * 1024, 17, 200_000, 5].map((size, index) =>
    syntheticBytes(`piece ${index}`, 0, size),
  );
  const chunks = await received(sent);
  expect(Buffer.concat(chunks).equals(Buffer.concat(sent))).toBe(true);
});

it('holds little memory beyond the bytes that came', async () => {
  const chunks = await received([100, 40_000, 2 * 1024 * 1024, 300].map((size) => Buffer.alloc(size, 1)));
  for (const chunk of chunks) expect(chunk.buffer.byteLength).toBeLessThanOrEqual((chunk.length * 4) / 3);
});
