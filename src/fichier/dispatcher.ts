import { Agent, buildConnector } from 'undici';
import { endingSafely } from './ending-safely.ts';

type AddressFamily = 'auto' | 4 | 6;

export interface DispatcherOptions {
  /** 1fichier takes IPv4 and IPv6 of one machine for two places (API document, #887): API and data must use the same. */
  readonly addressFamily: AddressFamily;
  /** ms until a connection must stand. */
  readonly connectTimeoutMs: number;
}

/** Connections to 1fichier, all in one address family; `auto` leaves the choice to the system. */
export function fichierDispatcher({ addressFamily, connectTimeoutMs }: DispatcherOptions): Agent {
  const connect =
    addressFamily === 'auto'
      ? { timeout: connectTimeoutMs }
      : { timeout: connectTimeoutMs, family: addressFamily, autoSelectFamily: false };
  return new Agent({ connect: endingSafely(buildConnector(connect)) });
}
