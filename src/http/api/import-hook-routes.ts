import { z } from 'zod';
import type { Mapping } from '../../config/value-types.ts';
import { BridgeError } from '../../errors.ts';
import type { Library } from '../../library/library.ts';
import { refreshPath } from '../../library/refresh-path.ts';
import type { ApiRoutes } from './api.ts';
import { problemSchema } from './schemas.ts';

interface ImportHookParts {
  readonly library: Library;
  /** From where Radarr or Sonarr sees the account to where that is in the library. */
  readonly paths: readonly Mapping[];
}

/** What Radarr and Sonarr send that matters here (wiki.servarr.com, Connections, Webhook). */
const eventSchema = z.looseObject({
  eventType: z.string().describe('`Test` is answered and does nothing'),
  movie: z.looseObject({ folderPath: z.string().optional() }).optional(),
  series: z.looseObject({ path: z.string().optional() }).optional(),
});

/** For the webhooks of Radarr and Sonarr: reads the folder of the film or series again, without making them wait. */
export function importHookRoutes({ library, paths }: ImportHookParts): ApiRoutes {
  return (server, _options, done) => {
    server.post(
      '/hooks/import',
      {
        schema: {
          summary: 'A webhook of Radarr or Sonarr: read the folder of the film or series again',
          body: eventSchema,
          response: {
            200: z.object({ state: z.literal('nothing-to-do') }),
            202: z.object({ state: z.literal('started'), path: z.string() }),
            '4xx': problemSchema,
          },
        },
      },
      (request, reply) => {
        const { eventType, movie, series } = request.body;
        const local = movie?.folderPath ?? series?.path;
        if (eventType === 'Test' || local === undefined) {
          return { state: 'nothing-to-do' as const };
        }
        const path = libraryPath(local, paths);
        refreshPath(library, path, { recursive: true, priority: 'browse' }).catch((error: unknown) => {
          request.log.warn({ err: error, path }, 'a refresh failed');
        });
        void reply.code(202);
        return { state: 'started' as const, path };
      },
    );
    done();
  };
}

/** @throws BridgeError `bad-request` for a path that no mapping covers: a guess would read the wrong folder. */
function libraryPath(local: string, paths: readonly Mapping[]): string {
  const path = local.replaceAll('\\', '/');
  const [mapping] = paths
    .map(({ from, to }) => ({ from: from.replaceAll('\\', '/').replace(/\/+$/, ''), to }))
    .filter(({ from }) => path === from || path.startsWith(`${from}/`))
    .sort((left, right) => right.from.length - left.from.length);
  if (mapping === undefined) {
    throw new BridgeError('bad-request', `${local} is not in the library as far as the bridge knows`, {
      hint: 'Say in BRIDGE_IMPORT_PATHS where Radarr or Sonarr sees the library, such as /mnt/1fichier=/.',
    });
  }
  return `${mapping.to.replace(/\/+$/, '')}${path.slice(mapping.from.length)}` || '/';
}
