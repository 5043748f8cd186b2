import type { FastifyRequest } from 'fastify';
import { BridgeError } from '../errors.ts';
import { decodePath, encodePath, type DavPath } from './path.ts';

/** Addresses below the place where WebDAV is mounted. */
export class Addresses {
  readonly #mount: string;
  readonly #ownHosts: ReadonlySet<string>;

  /** @param mount path without a trailing slash, such as `/dav`. */
  constructor(mount: string, ownHosts: readonly string[]) {
    this.#mount = encodeURI(mount);
    this.#ownHosts = new Set(ownHosts.map((host) => host.toLowerCase()));
  }

  pathOf(request: FastifyRequest): DavPath {
    return this.#below(request.url.split('?', 1)[0] ?? '') ?? '/';
  }

  /** The absolute path of a resource, percent-encoded; percent-encoding leaves nothing to escape for XML. */
  href(path: DavPath, isFolder: boolean): string {
    const encoded = this.#mount + encodePath(path);
    return isFolder && !encoded.endsWith('/') ? `${encoded}/` : encoded;
  }

  /**
   * The path that a Destination or a tag of the If header names (RFC 4918 sections 10.3 and 10.4): an absolute
   * address, or an absolute path, on this host and below the mount; null for one elsewhere.
   */
  ownPath(reference: string, request: FastifyRequest): DavPath | null {
    if (reference.startsWith('/') && !reference.startsWith('//')) {
      return this.#below(reference.split(/[?#]/, 1)[0] ?? '');
    }
    const match = /^(https?):\/\/([^/?#]*)([^?#]*)/i.exec(reference);
    if (match === null)
      throw new BridgeError('bad-request', 'an address in a header is neither absolute nor a path');
    const [, scheme = '', authority = '', path = ''] = match;
    return this.#isOwn(scheme, authority, request) ? this.#below(path) : null;
  }

  #isOwn(scheme: string, authority: string, request: FastifyRequest): boolean {
    const host = withoutDefaultPort(scheme, authority.slice(authority.lastIndexOf('@') + 1));
    if (this.#ownHosts.has(host)) return true;
    return host === withoutDefaultPort(scheme, request.headers.host ?? '');
  }

  #below(encodedPath: string): DavPath | null {
    if (encodedPath !== this.#mount && !encodedPath.startsWith(`${this.#mount}/`)) return null;
    return decodePath(encodedPath.slice(this.#mount.length));
  }
}

function withoutDefaultPort(scheme: string, host: string): string {
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const lower = host.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}
