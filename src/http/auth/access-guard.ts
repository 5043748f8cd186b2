import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../../clock.ts';
import { BridgeError } from '../../errors.ts';
import { GuessLimiter } from './guess-limiter.ts';
import type { UrlSigner } from './url-signer.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route: whoever knows the token (default), also a holder of a signed address, or anyone. */
    access?: 'token' | 'signed' | 'open';
  }
  interface FastifyRequest {
    /** Whether a valid signature in its address let this request in. */
    isSigned: boolean;
  }
}

interface AccessGuardOptions {
  /** Null: no token is set and every request that passes the origin guard is let in. */
  readonly token: string | null;
  readonly signer: UrlSigner | null;
  readonly clock: Clock;
}

/** Lets in requests that carry the token or, where the route allows it, a signature for their file. */
export const accessGuard = fastifyPlugin<AccessGuardOptions>((server, { token, signer, clock }, done) => {
  server.decorateRequest('isSigned', false);
  if (token === null) {
    done();
    return;
  }
  const limiter = new GuessLimiter(clock);
  const right = digest(token);

  server.addHook('onRequest', (request, reply, next) => {
    const access = request.routeOptions.config.access ?? 'token';
    if (access === 'open') {
      next();
      return;
    }
    if (access === 'signed' && signer !== null) request.isSigned = hasSignature(request, signer, clock.now());
    next(request.isSigned ? undefined : (refusal(request, reply) ?? undefined));
  });

  function refusal(request: FastifyRequest, reply: FastifyReply): BridgeError | null {
    const given = givenToken(request.headers.authorization);
    if (given === null) {
      challenge(reply);
      return new BridgeError('unauthorized', 'a token is needed');
    }
    const guess = digest(given);
    const blockedUntil = limiter.blockedUntil(request.ip);
    if (blockedUntil !== null) {
      return new BridgeError('too-many-attempts', 'too many wrong tokens from this address', {
        retryAt: blockedUntil,
      });
    }
    if (timingSafeEqual(guess, right)) return null;
    limiter.noteWrong(request.ip, guess.toString('base64'));
    request.log.warn({ client: request.ip }, 'wrong token');
    challenge(reply);
    return new BridgeError('unauthorized', 'the token is wrong');
  }
  done();
});

function challenge(reply: FastifyReply): void {
  reply.header('www-authenticate', ['Basic realm="fichier-bridge", charset="UTF-8"', 'Bearer']);
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

/** Of equal length for any input, so that comparing takes the same time for any guess. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
