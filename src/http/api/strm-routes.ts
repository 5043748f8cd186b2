import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { asBridgeError, BridgeError } from '../../errors.ts';
import { progressSchema } from '../../strm/report.ts';
import { runRecordSchema } from '../../strm/run-history.ts';
import type { StrmService } from '../../strm/service.ts';
import { strmRequestSchema, type StrmEvent } from './strm-events.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { ApiRoutes } from './api.ts';
import { isoTimeOrNull, problemSchema } from './schemas.ts';

const statusSchema = z.object({
  directories: z.array(z.string()).describe('None: no directory of .strm files is set'),
  running: progressSchema.nullable().describe('How far the run under way is'),
  runs: z.array(runRecordSchema).describe('The latest first'),
});

/** Directories of .strm files: how their runs went, and a run on demand. */
export function strmRoutes(service: StrmService | null): ApiRoutes {
  return (server, _options, done) => {
    server.get(
      '/strm',
      {
        schema: {
          summary: 'What was written to the directories of .strm files',
          response: { 200: statusSchema },
        },
      },
      () => {
        const status = service?.status() ?? { directories: [], running: null, runs: [] };
        return { ...status, directories: [...status.directories], runs: [...status.runs] };
      },
    );

    server.post(
      '/strm/sync',
      {
        schema: {
          summary: 'Bring the directories of .strm files in line with the library',
          description: 'Answers with lines of JSON as it goes; the last holds the records of the runs.',
          body: strmRequestSchema,
          response: {
            200: z.unknown().describe('Lines of JSON'),
            '4xx': problemSchema,
            '5xx': problemSchema,
          },
        },
      },
      (request, reply) => {
        if (service === null) {
          throw new BridgeError('config-invalid', 'the running bridge has no directory of .strm files', {
            hint: 'Set BRIDGE_STRM_DIR or BRIDGE_STRM_RULES for it and start it again.',
          });
        }
        const lines = new PassThrough();
        const signal = abortOnClose(reply.raw);
        const send = (event: StrmEvent): Promise<unknown> => write(lines, event, signal);
        const { outcomes, ...wanted } = request.body;
        void service
          .sync({
            ...wanted,
            signal,
            onProgress: (progress) => void send({ type: 'progress', progress }),
            onOutcomes: async (batch) => {
              if (outcomes) await send({ type: 'outcomes', outcomes: [...batch] });
            },
          })
          .then((records) => send({ type: 'records', records }))
          .catch((thrown: unknown) => {
            const { kind: error, message, hint, retryable, retryAt = null } = asBridgeError(thrown);
            const problem = { error, message, hint, retryable, retryAt: isoTimeOrNull(retryAt) };
            return send({ type: 'problem', problem });
          })
          .finally(() => lines.end());
        return reply.type('application/x-ndjson').header('cache-control', 'no-store').send(lines);
      },
    );
    done();
  };
}

/** Waits while the client is slow; a client that is gone is not waited for. */
async function write(lines: PassThrough, event: StrmEvent, signal: AbortSignal): Promise<void> {
  if (signal.aborted || lines.write(`${JSON.stringify(event)}\n`)) return;
  await once(lines, 'drain', { signal }).catch(() => undefined);
}
