import { z } from 'zod';
import type { ServerStatus } from '../../notify/notifier.ts';
import type { ApiRoutes } from './api.ts';
import { isoTime, isoTimeOrNull } from './schemas.ts';

const moment = z.iso.datetime().describe('UTC');

const statusSchema = z.object({
  servers: z.array(
    z.object({
      server: z.string(),
      lastSuccess: moment.nullable().describe('When it was last told of changes'),
      lastError: z
        .object({ at: moment, message: z.string(), hint: z.string() })
        .nullable()
        .describe('Until it can be told again'),
      queued: z.number().describe('Paths that wait to be told'),
      nextTry: moment.nullable().describe('When they will be; null: nothing waits'),
    }),
  ),
});

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
      () => ({ servers: notifier.status().map(describeStatus) }),
    );
    done();
  };
}

function describeStatus(status: ServerStatus): z.infer<typeof statusSchema>['servers'][number] {
  const { server, lastSuccessAt, lastError, queued, nextTryAt } = status;
  return {
    server,
    lastSuccess: isoTimeOrNull(lastSuccessAt),
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
    queued,
    nextTry: isoTimeOrNull(nextTryAt),
  };
}
