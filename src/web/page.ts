import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { BridgeError } from '../errors.ts';
import { readPageFiles, type Encoding, type PageFile } from './page-files.ts';

/** Everything comes from the bridge itself, and nothing written in the page's own text runs or styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The page people see, at `/`, from the directory it was built into. Its files are the same for everyone and hold
 * nothing of the account, so no token is asked for them; the page asks for it where the API needs it.
 */
export function page(directory: string): FastifyPluginAsync {
  return (server) => {
    const files = readPageFiles(directory);
    const index = files?.get('index.html');
    if (files === null || index === undefined) {
      server.log.warn(
        { directory },
        'the page has not been built (npm run build); / leads to the plain lists',
      );
      return Promise.resolve();
    }
    const config = { access: 'open' } as const;

    server.get('/', { config }, (request, reply) => {
      reply.header('cache-control', 'no-cache').header('content-security-policy', CONTENT_SECURITY_POLICY);
      return sendFile(request, reply, index);
    });

    server.get<{ Params: { name: string } }>('/assets/:name', { config }, (request, reply) => {
      const file = files.get(request.params.name);
      if (file === undefined || file === index) {
        throw new BridgeError('not-found', 'the page has no such file');
      }
      return sendFile(request, reply.header('cache-control', FOR_EVER), file);
    });
    return Promise.resolve();
  };
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  reply.headers({
    vary: 'Accept-Encoding',
    etag: file.entityTag,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  if (request.headers['if-none-match'] === file.entityTag) return reply.code(304).send();
  const [encoding, body] = bodyFor(request.headers['accept-encoding'], file);
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(file.contentType).send(body);
}

/** The smallest body that the client takes (RFC 9110 section 12.5.3). */
function bodyFor(acceptEncoding: string | undefined, { bodies }: PageFile): [Encoding, Buffer | undefined] {
  const accepted = new Set<string>();
  for (const choice of acceptEncoding?.toLowerCase().split(',') ?? []) {
    const [coding = '', quality = ''] = choice.split(';').map((part) => part.trim());
    if (!/^q=0(?:\.0*)?$/.test(quality)) accepted.add(coding);
  }
  for (const encoding of ['br', 'gzip'] as const) {
    const body = bodies.get(encoding);
    if (body !== undefined && accepted.has(encoding)) return [encoding, body];
  }
  return ['identity', bodies.get('identity')];
}
