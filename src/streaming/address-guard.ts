import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Thrown into the connection attempt when a name leads into a network that a stranger must not reach through us. */
export const PRIVATE_ADDRESS = 'ERR_PRIVATE_ADDRESS';

/** Whether an IP address literal is one of the public internet: no loopback, private, link-local or special range. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv6' && parsed.range() === 'rfc6052') {
    // NAT64 (RFC 6052): the last four bytes are the IPv4 address that is really meant.
    return isPublicAddress(parsed.toByteArray().slice(12).join('.'));
  }
  return parsed.range() === 'unicast';
}

/** The IP address that a URL names literally, without brackets; null: it names a host. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}

/** Resolves names as the system does, but fails with ERR_PRIVATE_ADDRESS when any address is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address))) {
      callback(privateAddressError(), []);
      return;
    }
    answer(addresses, options.all === true, callback);
  });
};

function answer(addresses: LookupAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const [first] = addresses;
  if (all || first === undefined) callback(null, addresses);
  else callback(null, first.address, first.family);
}

export function privateAddressError(): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error('the name leads to an address that is not public');
  error.code = PRIVATE_ADDRESS;
  return error;
}
