import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** What came over one connection, byte for byte, and how it ended. */
export interface RawAnswer {
  readonly head: string;
  readonly body: Buffer;
  readonly ending: 'closed' | 'reset';
}

/** Sends one GET and reads until the server ends the connection: what an HTTP library would hide shows. */
export async function rawGet(address: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const { socket, received } = await openRaw(address, headers);
  const ending = await new Promise<RawAnswer['ending']>((resolve) => {
    socket.on('error', () => resolve('reset'));
    socket.on('close', () => resolve('closed'));
  });
  const bytes = Buffer.concat(received);
  const end = bytes.indexOf('\r\n\r\n');
  return { head: bytes.subarray(0, Math.max(0, end)).toString(), body: bytes.subarray(end + 4), ending };
}

/** Sends one GET and leaves the connection open; `received` grows as the answer comes. */
export async function openRaw(
  address: string,
  headers: Record<string, string> = {},
): Promise<{ readonly socket: Socket; readonly received: readonly Buffer[] }> {
  const { hostname, port, pathname } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  const lines = Object.entries({ Host: hostname, Connection: 'close', ...headers });
  socket.write(
    `GET ${pathname} HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`,
  );
  return { socket, received };
}
