import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../../clock.ts';
import { BridgeError } from '../../errors.ts';
import { hasSessionCookie, type PageSession } from './page-session.ts';
import { isSameSecret, type TokenCheck } from './token-check.ts';
import type { UrlSigner } from './url-signer.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route: whoever knows the token (default), also a holder of a signed address, or anyone. */
    access?: 'token' | 'signed' | 'open';
  }
  interface FastifyRequest {
    /** Whether a valid signature in its address let this request in. */
    isSigned: boolean;
    /** Whether it carries the key that the bridge leaves in its data directory for the owner's commands. */
    isOwner: boolean;
  }
}

/** What opens the guarded routes. */
export interface Keys {
  readonly token: TokenCheck;
  readonly session: PageSession;
  readonly signer: UrlSigner | null;
}

interface AccessGuardOptions {
  /** Null: no token is set and every request that passes the origin guard is let in. */
  readonly keys: Keys | null;
  /** Null: no command of the owner can show itself as such. */
  readonly ownerKey: string | null;
  readonly clock: Clock;
}

/**
 * Lets in requests that carry the token, the owner's key, a session or, where the route allows it, a signature for their
 * file.
 */
export const accessGuard = fastifyPlugin<AccessGuardOptions>((server, { keys, ownerKey, clock }, done) => {
  server.decorateRequest('isSigned', false);
  server.decorateRequest('isOwner', false);
  if (ownerKey !== null) {
    server.addHook('onRequest', (request, _reply, next) => {
      const given = givenToken(request.headers.authorization);
      request.isOwner = given !== null && isSameSecret(given, ownerKey);
      next();
    });
  }
  if (keys === null) {
    done();
    return;
  }
  const { token, session, signer } = keys;

  server.addHook('onRequest', (request, reply, next) => {
    const access = request.routeOptions.config.access ?? 'token';
    if (access === 'open' || request.isOwner) {
      next();
      return;
    }
    if (access === 'signed' && signer !== null) request.isSigned = hasSignature(request, signer, clock.now());
    next(request.isSigned ? undefined : (refusal(request, reply) ?? undefined));
  });

  function refusal(request: FastifyRequest, reply: FastifyReply): BridgeError | null {
    const given = givenToken(request.headers.authorization);
    if (given === null) {
      if (session.admits(request.method, request.headers)) return null;
      challenge(request, reply);
      return new BridgeError('unauthorized', 'a token is needed');
    }
    const refused = token.refusal(request.ip, given);
    if (refused?.kind === 'unauthorized') {
      request.log.warn({ client: request.ip }, 'wrong token');
      challenge(request, reply);
    }
    return refused;
  }
  done();
});

/** The page asks for the token itself: to it, Basic would only open the browser's own window. */
function challenge({ headers }: FastifyRequest, reply: FastifyReply): void {
  const isPage = headers['x-requested-with'] !== undefined || hasSessionCookie(headers);
  reply.header(
    'www-authenticate',
    isPage ? 'Bearer' : ['Basic realm="fichier-bridge", charset="UTF-8"', 'Bearer'],
  );
}

/** The token of a Bearer header, or the password of a Basic one whatever its user name. */
function givenToken(authorization: string | undefined): string | null {
  const [, scheme, credentials] = /^(bearer|basic) +(\S+)$/i.exec(authorization?.trim() ?? '') ?? [];
  if (scheme === undefined || credentials === undefined) return null;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1);
}

function hasSignature(request: FastifyRequest, signer: UrlSigner, now: number): boolean {
  const { fileId } = request.params as { fileId?: unknown };
  const { sig, exp } = request.query as { sig?: unknown; exp?: unknown };
  if (typeof fileId !== 'string' || typeof sig !== 'string') return false;
  if (exp !== undefined && typeof exp !== 'string') return false;
  return signer.verify(fileId, { sig, exp }, now);
}
