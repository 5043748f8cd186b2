import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Settings } from '../config/settings.ts';
import { BridgeError } from '../errors.ts';

type ListenSettings = Pick<Settings, 'host' | 'port' | 'token' | 'insecureListen'>;

/**
 * Refuses to offer the account to a network without a token, unless that was asked for.
 *
 * @throws BridgeError `config-invalid`
 */
export function assertSafeToListen({ host, token, insecureListen }: ListenSettings): void {
  if (token !== null || insecureListen || isLoopback(host)) return;
  throw new BridgeError(
    'config-invalid',
    `BRIDGE_HOST is ${host}, beyond this machine, and no token is set`,
    {
      hint: 'Set BRIDGE_TOKEN (for example to what `openssl rand -hex 24` prints), or BRIDGE_INSECURE_LISTEN=true to let anyone in who reaches the port.',
    },
  );
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

/**
 * Begins to listen; resolves with the address for a browser on this machine, ending in a slash.
 *
 * @throws BridgeError `config-invalid` when the port or the address cannot be had.
 */
export async function listen(server: FastifyInstance, { host, port }: ListenSettings): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw listenFailure(error, host, port);
  }
  const bound = server.server.address();
  const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port;
  return `http://${urlHost(host)}:${boundPort}/`;
}

/** How a browser on this machine names the host of an address to listen on. */
export function urlHost(host: string): string {
  if (!ipaddr.isValid(host)) return host;
  const address = ipaddr.parse(host);
  if (address.range() === 'unspecified') return address.kind() === 'ipv6' ? '[::1]' : '127.0.0.1';
  return address.kind() === 'ipv6' ? `[${host}]` : host;
}

/** By code of the failure: what is wrong, and what to do. */
const REASONS: Readonly<Record<string, (host: string, port: number) => readonly [string, string]>> = {
  EADDRINUSE: (host, port) => [
    `port ${port} on ${host} is in use`,
    'Stop the program that uses it, or set BRIDGE_PORT to another (0 takes a free one).',
  ],
  EACCES: (host, port) => [
    `port ${port} on ${host} is not allowed for this user`,
    'Set BRIDGE_PORT to 1024 or more.',
  ],
  EADDRNOTAVAIL: (host) => [
    `this machine does not have the address ${host}`,
    'Set BRIDGE_HOST to an address of this machine.',
  ],
  ENOTFOUND: (host) => [`the host ${host} is not known`, 'Set BRIDGE_HOST to an address of this machine.'],
};

/** Why a port cannot be had, as `config-invalid` where the reason is known. */
export function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code];
  if (reason === undefined) return error;
  const [message, hint] = reason(host, port);
  return new BridgeError('config-invalid', message, { cause: error, hint });
}
