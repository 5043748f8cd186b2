import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { BridgeError } from '../../errors.ts';
import type { Library } from '../../library/library.ts';
import type { LinkSource } from '../../links/link.ts';
import { abortOnClose } from '../abort-on-close.ts';

interface DirectLinkParts {
  readonly library: Pick<Library, 'entryAt'>;
  readonly links: Pick<LinkSource, 'get'>;
}

const body = z.object({ path: z.string() });

/** `POST /api/v1/links`: the direct link of one file, for the command `link` while the bridge runs. */
export function directLinkRoute({ library, links }: DirectLinkParts): FastifyPluginAsync {
  return (server) => {
    server.post('/api/v1/links', async (request, reply) => {
      const wanted = body.safeParse(request.body);
      if (!wanted.success) throw new BridgeError('bad-request', 'the body must be {"path": "…"}');
      const file = library.entryAt(wanted.data.path);
      if (file?.kind !== 'file') throw new BridgeError('file-not-found', 'the library has no such file');
      const link = await links.get(file.url, { priority: 'viewer', signal: abortOnClose(reply.raw) });
      return reply.header('cache-control', 'no-store').send({ address: link.address });
    });
    return Promise.resolve();
  };
}
