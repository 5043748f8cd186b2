import { z } from 'zod';
import { BridgeError } from '../../errors.ts';
import type { Library } from '../../library/library.ts';
import type { LinkSource } from '../../links/link.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { ApiRoutes } from './api.ts';
import { directLinkSchema, problemSchema } from './schemas.ts';

interface DirectLinkParts {
  readonly library: Pick<Library, 'entryAt'>;
  readonly links: Pick<LinkSource, 'get'>;
}

/** The direct link of one file, for the command `link` while the bridge runs. */
export function directLinkRoutes({ library, links }: DirectLinkParts): ApiRoutes {
  return (server, _options, done) => {
    server.post(
      '/links',
      {
        schema: {
          summary: 'The direct link of a file: a secret that works for some minutes',
          body: z.object({ path: z.string().describe('Path of decoded names') }),
          response: { 200: directLinkSchema, '4xx': problemSchema, '5xx': problemSchema },
        },
      },
      async (request, reply) => {
        const file = library.entryAt(request.body.path);
        if (file?.kind !== 'file') throw new BridgeError('file-not-found', 'the library has no such file');
        const link = await links.get(file.url, { priority: 'viewer', signal: abortOnClose(reply.raw) });
        return reply.header('cache-control', 'no-store').send({ address: link.address });
      },
    );
    done();
  };
}
