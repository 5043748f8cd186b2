import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { isPublicAddress, literalAddress, PRIVATE_ADDRESS } from './address-guard.ts';
import { judgeAnswer, type Asked, type Setback } from './storage-answer.ts';
import { StorageExchange } from './storage-exchange.ts';

export interface StorageConnection {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** How long to wait for the next sign of life of the host (ms). */
  readonly stallMs: number;
  /** Only for a storage host of one's own: the emulator on loopback. */
  readonly allowPrivateHosts: boolean;
}

/** A body that begins with the first byte asked for. */
export interface Media {
  readonly exchange: StorageExchange;
  /** Bytes of it that were asked for; what comes after them is to be cut. */
  readonly length: number;
}

const MOST_REDIRECTS = 3;
/** Where 1fichier sends those whose link is no good: its own pages, which are no storage host. */
const PAGE_HOST = /^(?:www\.)?1fichier\.com$/i;
const SIGN_IN_PATH = /\/(?:login|sign-?in|register|console)\b/i;

/**
 * Asks the storage host for a range, following redirects between storage hosts. No credential is ever sent: the
 * address is the credential. Closes at once when the signal aborts.
 */
export async function requestMedia(
  connection: StorageConnection,
  link: string,
  asked: Asked,
  signal: AbortSignal,
): Promise<Media | Setback> {
  let address = parseAddress(link, null);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (address === null) return refused('the link is no web address');
    const exchange = new StorageExchange(connection.clock, connection.stallMs);
    const close = (): void => exchange.close();
    signal.addEventListener('abort', close, { once: true });
    exchange.send(connection.dispatcher, address, asked.range);
    const head = await exchange.head();
    signal.removeEventListener('abort', close);
    if (head === null || signal.aborted) {
      exchange.close();
      return transportSetback(exchange.failure);
    }
    const verdict = judgeAnswer(asked, head.status, head.headers);
    if (verdict.kind === 'media') return { exchange, length: verdict.length };
    exchange.close();
    if (verdict.kind === 'setback') return verdict.setback;
    const target = parseAddress(verdict.location, address);
    if (target === null) return refused('the storage host redirected to no web address');
    const objection = objectionTo(target, address, connection.allowPrivateHosts);
    if (objection !== null) return refused(objection);
    address = target;
  }
  return refused('the storage host redirected again and again');
}

/** What ended an exchange that had not given all its bytes, as a setback. */
export function transportSetback(failure: Error | null): Setback {
  if (failure === null) return { cause: 'failed', reason: 'the storage host sent less than it promised' };
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : null;
  if (code === PRIVATE_ADDRESS) return refused('the link leads into a private network');
  // A message of the network stack names the host, and with it part of the link; its code does not.
  const what = code === null ? 'the connection to the storage host broke' : `the connection failed (${code})`;
  return { cause: 'failed', reason: what };
}

function parseAddress(location: string, base: URL | null): URL | null {
  if (!URL.canParse(location, base?.href)) return null;
  const address = new URL(location, base?.href);
  return address.protocol === 'https:' || address.protocol === 'http:' ? address : null;
}

function objectionTo(target: URL, from: URL, allowPrivateHosts: boolean): string | null {
  if (PAGE_HOST.test(target.hostname) || SIGN_IN_PATH.test(target.pathname)) {
    return 'the storage host sent us to sign in';
  }
  if (target.origin === from.origin || allowPrivateHosts) return null;
  const literal = literalAddress(target);
  const isPrivate = literal === null ? isLocalName(target.hostname) : !isPublicAddress(literal);
  return isPrivate ? 'the storage host redirected into a private network' : null;
}

function isLocalName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

function refused(reason: string): Setback {
  return { cause: 'refused', reason };
}
