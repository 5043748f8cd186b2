import { Readable } from 'node:stream';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { sleep, type Clock } from '../../clock.ts';
import type { Library } from '../../library/library.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { Insight } from '../operations/insight.ts';
import { describeStatus, statusSchema } from './status-view.ts';

interface EventRoutesParts {
  readonly library: Pick<Library, 'crawlStatus'>;
  readonly insight: Insight;
  readonly clock: Clock;
  /** Aborts when the server begins to close: events never end by themselves, and a drain must not wait for them. */
  readonly closing: AbortSignal;
}

const INTERVAL_MS = 1000;

/** The whole status, once or live. */
export const eventRoutes: FastifyPluginCallbackZod<EventRoutesParts> = (
  server,
  { library, insight, clock, closing },
  done,
) => {
  const status = () => describeStatus(insight, library.crawlStatus(), clock.now());

  server.get(
    '/status',
    {
      schema: {
        summary: 'Crawl, budget, cache, streams, media servers and problems at once',
        response: { 200: statusSchema },
      },
    },
    status,
  );

  server.get(
    '/events',
    {
      schema: {
        summary: 'The status, live',
        description:
          'Server-sent events of the type `status`, one a second; the data of each is what `/api/v1/status` answers.',
      },
    },
    (_request, reply) => {
      const signal = AbortSignal.any([closing, abortOnClose(reply.raw)]);
      return reply
        .headers({
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          // nginx would hold events back until they fill a buffer.
          'x-accel-buffering': 'no',
        })
        .send(Readable.from(statusEvents(status, clock, signal), { objectMode: false }));
    },
  );
  done();
};

async function* statusEvents(
  status: () => object,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  while (!signal.aborted) {
    yield `event: status\ndata: ${JSON.stringify(status())}\n\n`;
    await nextTurn(clock, signal);
  }
}

/** Resolves after the interval, or at once when there is nobody left to tell. */
async function nextTurn(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, INTERVAL_MS, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
