import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BridgeError } from '../../errors.ts';
import type { FichierWriteApi, RemoteUpload, RemoteUploadStatus } from '../../fichier/api.ts';
import type { Library } from '../../library/library.ts';
import { walkTo } from '../../library/walk.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { ApiRoutes } from './api.ts';
import { isoTimeOrNull, problemSchema, remoteUploadSchema, remoteUploadStatusSchema } from './schemas.ts';

export type RemoteUploadApi = Pick<
  FichierWriteApi,
  'requestRemoteUpload' | 'remoteUploads' | 'remoteUploadStatus'
>;

interface RemoteUploadRoutesParts {
  readonly library: Library;
  readonly remoteUploads: RemoteUploadApi;
  /** Whether clients may write; the owner's commands always may. */
  readonly write: boolean;
}

const requestBody = z.object({
  urls: z
    .array(z.url({ protocol: /^(https?|ftp)$/ }))
    .min(1)
    .max(100),
  path: z.string().default('/').describe('Folder to put the files into'),
});

/** Asking 1fichier to fetch addresses by itself, and how that goes. */
export function remoteUploadRoutes({ library, remoteUploads, write }: RemoteUploadRoutesParts): ApiRoutes {
  return (server, _options, done) => {
    server.post(
      '/remote-uploads',
      {
        schema: {
          summary: 'Let 1fichier fetch addresses into a folder',
          body: requestBody,
          response: { 202: z.object({ id: z.number() }), '4xx': problemSchema, '5xx': problemSchema },
        },
      },
      async (request, reply) => {
        requireWrite(request, write);
        const { urls, path } = request.body;
        const signal = abortOnClose(reply.raw);
        const folder = await walkTo(library, path, signal);
        if (folder?.kind !== 'folder')
          throw new BridgeError('folder-not-found', 'the library has no such folder');
        const id = await remoteUploads.requestRemoteUpload(urls, folder.id, { priority: 'browse', signal });
        return reply.code(202).send({ id });
      },
    );

    server.get(
      '/remote-uploads',
      {
        schema: {
          summary: 'What 1fichier was asked to fetch',
          response: { 200: z.object({ uploads: z.array(remoteUploadSchema) }), '5xx': problemSchema },
        },
      },
      async (_request, reply) => {
        const signal = abortOnClose(reply.raw);
        const uploads = await remoteUploads.remoteUploads({ priority: 'browse', signal });
        return { uploads: uploads.map(describeUpload) };
      },
    );

    server.get(
      '/remote-uploads/:id',
      {
        schema: {
          summary: 'What became of the addresses of one request',
          params: z.object({ id: z.coerce.number().int().min(0) }),
          response: { 200: remoteUploadStatusSchema, '4xx': problemSchema, '5xx': problemSchema },
        },
      },
      async (request, reply) => {
        const signal = abortOnClose(reply.raw);
        return describeStatus(
          await remoteUploads.remoteUploadStatus(request.params.id, { priority: 'browse', signal }),
        );
      },
    );
    done();
  };
}

function requireWrite(request: FastifyRequest, write: boolean): void {
  if (!write && !request.isOwner) throw new BridgeError('read-only', 'the library is served read-only');
}

function describeUpload({ id, requestedAt, executedAt }: RemoteUpload): z.infer<typeof remoteUploadSchema> {
  return { id, requested: isoTimeOrNull(requestedAt), executed: isoTimeOrNull(executedAt) };
}

function describeStatus(status: RemoteUploadStatus): z.infer<typeof remoteUploadStatusSchema> {
  const results = status.results.map(({ source, ok, url, message }) => ({ source, ok, link: url, message }));
  return { ...describeUpload(status), results };
}
