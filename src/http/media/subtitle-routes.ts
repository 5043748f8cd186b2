import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../api/schemas.ts';
import { answerDerived } from './derived-answer.ts';
import { fileParams, signature, versionQuery } from './media-query.ts';
import { fileOf, type MediaRoutesParts } from './media-routes-parts.ts';

const WEBVTT = 'text/vtt; charset=utf-8';
const querystring = z.object({ v: versionQuery, ...signature });
const response = { '4xx': problemSchema, '5xx': problemSchema };

/** `GET /media/{fileId}/subtitles….vtt`: subtitles as WebVTT, from a track of a film or from a file of their own. */
export const subtitleRoutes: FastifyPluginCallbackZod<MediaRoutesParts> = (server, parts, done) => {
  server.route({
    method: 'GET',
    url: '/media/:fileId/subtitles/:index(^\\d+).vtt',
    exposeHeadRoute: false,
    config: { access: 'signed' },
    schema: {
      summary: 'A text track of a film as WebVTT',
      description:
        'The first time the whole film is read for it, since its tracks lie scattered over all of it.',
      params: fileParams.extend({ index: z.coerce.number().int().describe('`index` of the track') }),
      querystring,
      response,
    },
    handler: (request, reply) => {
      const file = fileOf(parts, request.params.fileId);
      const { index } = request.params;
      return answerDerived(request, reply, file, request.query.v, {
        what: `s${index}`,
        contentType: WEBVTT,
        make: (signal) => parts.subtitles.ofTrack(file, index, signal),
      });
    },
  });

  server.route({
    method: 'GET',
    url: '/media/:fileId/subtitles.vtt',
    exposeHeadRoute: false,
    config: { access: 'signed' },
    schema: {
      summary: 'A subtitle file (srt, ass, ssa, vtt) as WebVTT',
      params: fileParams,
      querystring,
      response,
    },
    handler: (request, reply) => {
      const file = fileOf(parts, request.params.fileId);
      return answerDerived(request, reply, file, request.query.v, {
        what: 'vtt',
        contentType: WEBVTT,
        make: (signal) => parts.subtitles.ofFile(file, signal),
      });
    },
  });
  done();
};
