import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import fastifyPlugin from 'fastify-plugin';
import { BridgeError } from '../../errors.ts';

interface OriginGuardOptions {
  readonly publicUrl: string | null;
  readonly allowedHosts: readonly string[];
}

/**
 * Keeps web pages elsewhere from using the bridge through a visitor's browser: by DNS rebinding (the Host must be
 * one of ours) and by requests across sites (Origin and Fetch Metadata must not speak of another site).
 */
export const originGuard = fastifyPlugin<OriginGuardOptions>((server, options, done) => {
  const names = new Set(options.allowedHosts.map((name) => name.trim().toLowerCase()));
  if (options.publicUrl !== null) names.add(new URL(options.publicUrl).hostname.toLowerCase());

  server.addHook('onRequest', (request, _reply, next) => {
    const { host } = request.headers;
    if (host !== undefined && !isOurs(hostnameOf(`http://${host}`), names)) {
      next(new BridgeError('forbidden-origin', 'the Host of the request is not a name of this bridge'));
      return;
    }
    // A signature is a right of its own: whoever was given the address may play it from any page.
    const crosses = !request.isSigned && comesFromElsewhere(request.method, request.headers, names);
    next(crosses ? new BridgeError('forbidden-origin', 'the request comes from another site') : undefined);
  });
  done();
});

/** Methods that change nothing (RFC 9110 section 9.2.1, RFC 4918). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND']);

function comesFromElsewhere(
  method: string,
  headers: IncomingHttpHeaders,
  names: ReadonlySet<string>,
): boolean {
  const site = headers['sec-fetch-site'];
  if (SAFE_METHODS.has(method)) {
    // Following a link to the bridge is fine; its answers embedded in or read by another site are not.
    return site === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  return origin !== undefined && !isOurs(hostnameOf(origin), names);
}

function hostnameOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).hostname.toLowerCase() : null;
}

/** An IP address cannot be rebound: only a name in the DNS can be pointed elsewhere by its owner. */
function isOurs(hostname: string | null, names: ReadonlySet<string>): boolean {
  if (hostname === null) return false;
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare.endsWith('.localhost') || isIP(bare) !== 0 || names.has(bare);
}
