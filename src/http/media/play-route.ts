import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { asBridgeError } from '../../errors.ts';
import { planPlayback } from '../../media/playback-plan.ts';
import { abortOnClose } from '../abort-on-close.ts';
import { problemSchema } from '../api/schemas.ts';
import { finish, sendBody } from '../body-sender.ts';
import { acceptQuery, fileParams, signature } from './media-query.ts';
import { fileOf, type MediaRoutesParts } from './media-routes-parts.ts';

/** A viewer who pauses holds one of few processes; after this time (ms) the page has to ask anew. */
const LONGEST_PAUSE_MS = 10 * 60_000;

const playQuery = z.object({
  start: z.coerce.number().min(0).max(1e6).default(0).describe('Where to begin, seconds'),
  audio: z.coerce.number().int().min(0).optional().describe('`index` of the audio track'),
  accept: acceptQuery,
  ...signature,
});

/** `GET /media/{fileId}/play.mp4`: a file as fragmented MP4 that browsers play, copied where possible. */
export const playRoute: FastifyPluginCallbackZod<MediaRoutesParts> = (server, parts, done) => {
  const { media, player, clock } = parts;
  server.route({
    method: 'GET',
    url: '/media/:fileId/play.mp4',
    exposeHeadRoute: false,
    config: { access: 'signed' },
    schema: {
      summary: 'A film as fragmented MP4 that browsers play',
      description:
        'Its clock says 0 at `start`, which X-Start-Seconds repeats. Not seekable: ask anew with another `start`.',
      params: fileParams,
      querystring: playQuery,
      response: { '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async (request, reply) => {
      const file = fileOf(parts, request.params.fileId);
      const { start, audio, accept } = request.query;
      const signal = abortOnClose(reply.raw);
      const info = await media.probe(file, { priority: 'viewer', signal });
      const plan = planPlayback(info, file, { audio, hevc: accept === 'hevc' });
      const client = request.ip;
      const body = await player.play(file, { plan, start, signal, client });
      reply.raw.setHeader('x-start-seconds', start.toFixed(3));
      await send(request, reply, body, clock);
    },
  });
  done();
};

/** Sends what has no length yet, at the pace of the client; cut when ffmpeg fails, so that no part passes for the whole. */
async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
  clock: Clock,
): Promise<void> {
  const response = reply.raw;
  const options = { clock, clientTimeout: LONGEST_PAUSE_MS, onSent: () => undefined };
  reply.hijack();
  try {
    response.writeHead(200, {
      'content-type': 'video/mp4',
      'cache-control': 'no-store',
      'accept-ranges': 'none',
      'x-content-type-options': 'nosniff',
    });
    await sendBody(body, response, options);
    await finish(response, '', options);
  } catch (error) {
    const failure = asBridgeError(error);
    const level = failure.kind === 'cancelled' ? 'debug' : 'warn';
    request.log[level]({ err: failure }, `playing was cut: ${failure.message}`);
    response.destroy();
  }
}
