import { z } from 'zod';
import type { FileEntry } from '../../library/entry.ts';
import { mediaInfoSchema } from '../../media/media-info-schema.ts';
import { planPlayback } from '../../media/playback-plan.ts';
import { convertedHdr } from '../../media/tone-mapping.ts';
import { abortOnClose } from '../abort-on-close.ts';
import { mediaAddress } from '../addresses.ts';
import type { ApiRoutes } from '../api/api.ts';
import { problemSchema } from '../api/schemas.ts';
import type { UrlSigner } from '../auth/url-signer.ts';
import { acceptQuery, fileParams } from './media-query.ts';
import { fileOf, type MediaRoutesParts } from './media-routes-parts.ts';

const answerSchema = mediaInfoSchema.extend({
  plan: z
    .enum(['direct', 'remux', 'transcode'])
    .describe('direct: play the stream; else play `addresses.play`, which is copied or converted by ffmpeg'),
  ffmpeg: z.boolean().describe('False: ffmpeg is not installed, so that only `direct` plays'),
  pale: z
    .boolean()
    .describe('True: its HDR is converted by an ffmpeg that cannot map its colours, which look pale then'),
  addresses: z
    .object({ play: z.string(), thumbnail: z.string() })
    .describe('Signed when a token is set; add parameters with &'),
});

/** `GET /api/v1/media/{fileId}`: what a file holds and how a browser gets to play it. */
export function informationRoute(parts: MediaRoutesParts): ApiRoutes {
  const { media, hasPrograms, canToneMap, signer } = parts;
  return (server, _options, done) => {
    server.get(
      '/media/:fileId',
      {
        schema: {
          summary: 'What a media file holds, and how a browser gets to play it',
          params: fileParams,
          querystring: z.object({ accept: acceptQuery }),
          response: { 200: answerSchema, '4xx': problemSchema, '5xx': problemSchema },
        },
      },
      async (request, reply) => {
        const file = fileOf(parts, request.params.fileId);
        const info = await media.probe(file, { priority: 'browse', signal: abortOnClose(reply.raw) });
        const plan = planPlayback(info, file, { hevc: request.query.accept === 'hevc' });
        const ffmpeg = await hasPrograms();
        const pale = ffmpeg && convertedHdr(plan) !== null && !(await canToneMap());
        return { ...info, plan: plan.playback, ffmpeg, pale, addresses: addressesOf(file, signer) };
      },
    );
    done();
  };
}

function addressesOf(file: FileEntry, signer: UrlSigner | null): z.infer<typeof answerSchema>['addresses'] {
  return {
    play: mediaAddress(file, 'play.mp4', signer),
    thumbnail: mediaAddress(file, 'thumbnail.jpg', signer),
  };
}
