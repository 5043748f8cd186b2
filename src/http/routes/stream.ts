import type { FastifyPluginCallback } from 'fastify';
import { BridgeError } from '../../errors.ts';
import type { Library } from '../../library/library.ts';
import type { FileServer } from '../file-server.ts';
import { refuseOtherMethods } from './methods.ts';
import { serveOptions, type FileQuery, type StreamPolicy } from './file-query.ts';

interface StreamRouteParts {
  readonly library: Library;
  readonly files: FileServer;
  readonly policy: StreamPolicy;
}

/** `/stream/{fileId}/{name}`: the stable address of a file. The name is for people and players, not for lookup. */
export const streamRoute: FastifyPluginCallback<StreamRouteParts> = (server, parts, done) => {
  const url = '/stream/:fileId/*';
  server.route<{ Params: { fileId: string }; Querystring: FileQuery }>({
    method: ['GET', 'HEAD'],
    url,
    exposeHeadRoute: false,
    config: { access: 'signed' },
    handler: async (request, reply) => {
      const file = parts.library.fileById(request.params.fileId);
      if (file === null) throw new BridgeError('file-not-found', 'no file has this id');
      return parts.files.serve(request, reply, file, serveOptions(request.query, parts.policy));
    },
  });
  refuseOtherMethods(server, url, ['GET', 'HEAD']);
  done();
};
