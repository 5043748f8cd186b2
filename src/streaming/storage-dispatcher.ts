import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { endingSafely } from '../fichier/ending-safely.ts';
import { isPublicAddress, privateAddressError, publicLookup } from './address-guard.ts';
import { readInBigPieces } from './receive-buffer.ts';

export interface StorageDispatcherOptions {
  /** Only for a storage host of one's own: the emulator on loopback. */
  readonly allowPrivateHosts: boolean;
  /** Address family of data connections; it has to be that of the API calls (API document section 3, "IP"). */
  readonly family?: 4 | 6 | undefined;
  /** Most connections to one host. */
  readonly connections: number;
  /** Time to connect, TLS included (ms). */
  readonly connectTimeoutMs: number;
}

const KEEP_ALIVE_MS = 20_000;

/**
 * Connections to the storage hosts: kept alive, one request at a time on each, never to a private network. Waits for
 * answers and bytes are timed by the reader, with its own clock.
 */
export function createStorageDispatcher(options: StorageDispatcherOptions): Agent {
  const connect = buildConnector({
    timeout: options.connectTimeoutMs,
    noDelay: true,
    onread: readInBigPieces(),
    ...(options.family === undefined ? {} : { family: options.family }),
    ...(options.allowPrivateHosts ? {} : { lookup: publicLookup }),
  });
  return new Agent({
    connect: endingSafely(options.allowPrivateHosts ? connect : guarded(connect)),
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** An address literal is never looked up, so it has to be checked here. */
function guarded(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) callback(privateAddressError(), null);
    else connect(options, callback);
  };
}
