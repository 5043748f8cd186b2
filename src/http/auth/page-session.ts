import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../clock.ts';

export interface PageSessionOptions {
  readonly token: string;
  readonly publicUrl: string | null;
  readonly clock: Clock;
}

const COOKIE = 'fichier_bridge_session';
const LIFE_SECONDS = 30 * 24 * 3600;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND']);

/**
 * Keeps a person signed in to the page by a cookie, since a browser's pictures and films cannot send a token. The
 * cookie holds its end and a signature over it: nothing is kept here, and another token voids every session.
 */
export class PageSession {
  readonly #key: Buffer;
  readonly #publicUrl: URL | null;
  readonly #clock: Clock;

  constructor({ token, publicUrl, clock }: PageSessionOptions) {
    this.#key = Buffer.from(hkdfSync('sha256', token, '', 'fichier-bridge page session 1', 32));
    this.#publicUrl = publicUrl === null ? null : new URL(publicUrl);
    this.#clock = clock;
  }

  /** The Set-Cookie field (RFC 6265) that begins a session. */
  begin(headers: IncomingHttpHeaders): string {
    const end = String(Math.floor(this.#clock.now() / 1000) + LIFE_SECONDS);
    return this.#cookie(`${end}.${this.#mac(end).toString('base64url')}`, LIFE_SECONDS, headers);
  }

  /** The Set-Cookie field that ends it in this browser. */
  end(headers: IncomingHttpHeaders): string {
    return this.#cookie('', 0, headers);
  }

  /**
   * Whether a request comes from someone signed in. Cookies go to every port of a host, so a change must also come
   * from the page of this very address.
   */
  admits(method: string, headers: IncomingHttpHeaders): boolean {
    const [end = '', mac = ''] = (cookieOf(headers.cookie) ?? '').split('.');
    const given = Buffer.from(mac, 'base64url');
    const right = this.#mac(end);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
    if (this.#clock.now() >= Number(end) * 1000) return false;
    return SAFE_METHODS.has(method) || this.#isOwnPage(headers);
  }

  #isOwnPage({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    const page = new URL(origin).host;
    return page === host?.toLowerCase() || page === this.#publicUrl?.host;
  }

  #cookie(value: string, maxAge: number, { host }: IncomingHttpHeaders): string {
    const isHttps = this.#publicUrl?.protocol === 'https:' && this.#publicUrl.host === host?.toLowerCase();
    const secure = isHttps ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure}`;
  }

  #mac(end: string): Buffer {
    return createHmac('sha256', this.#key).update(end).digest();
  }
}

/** Whether the request carries a session at all, right or wrong. */
export function hasSessionCookie(headers: IncomingHttpHeaders): boolean {
  return cookieOf(headers.cookie) !== null;
}

function cookieOf(field: string | undefined): string | null {
  for (const pair of field?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE && value !== undefined) return value;
  }
  return null;
}
