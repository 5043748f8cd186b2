import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../api/schemas.ts';
import { answerDerived } from './derived-answer.ts';
import { fileParams, signature, versionQuery } from './media-query.ts';
import { fileOf, type MediaRoutesParts } from './media-routes-parts.ts';

const thumbnailQuery = z.object({
  width: z.coerce.number().int().min(16).max(1280).default(320).describe('Pixels'),
  v: versionQuery,
  ...signature,
});

/** `GET /media/{fileId}/thumbnail.jpg`: a small picture of a film, a song or a picture. */
export const thumbnailRoute: FastifyPluginCallbackZod<MediaRoutesParts> = (server, parts, done) => {
  server.route({
    method: 'GET',
    url: '/media/:fileId/thumbnail.jpg',
    exposeHeadRoute: false,
    config: { access: 'signed' },
    schema: {
      summary: 'A small JPEG picture of a film, a song or a picture',
      params: fileParams,
      querystring: thumbnailQuery,
      response: { '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: (request, reply) => {
      const file = fileOf(parts, request.params.fileId);
      const { width, v } = request.query;
      return answerDerived(request, reply, file, v, {
        what: `w${width}`,
        contentType: 'image/jpeg',
        make: (signal) => parts.thumbnails.get(file, width, signal),
      });
    },
  });
  done();
};
