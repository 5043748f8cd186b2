import { z } from 'zod';
import type { ServerStatus } from '../../notify/notifier.ts';
import type { ApiRoutes } from './api.ts';
import { describeMediaServer, mediaServerSchema } from './schemas.ts';

const statusSchema = z.object({ servers: z.array(mediaServerSchema) });

/** Media servers: whether they can be told what changed. */
export function notifyRoutes(notifier: { status(): readonly ServerStatus[] }): ApiRoutes {
  return (server, _options, done) => {
    server.get(
      '/notify',
      {
        schema: {
          summary: 'Whether media servers can be told what changed',
          response: { 200: statusSchema },
        },
      },
      () => ({ servers: notifier.status().map(describeMediaServer) }),
    );
    done();
  };
}
