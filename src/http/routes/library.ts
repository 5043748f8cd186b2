import { Readable } from 'node:stream';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { BridgeError } from '../../errors.ts';
import type { FolderEntry } from '../../library/entry.ts';
import type { Library } from '../../library/library.ts';
import { libraryAddress } from '../addresses.ts';
import type { FileServer } from '../file-server.ts';
import { serveOptions, type FileQuery, type StreamPolicy } from './file-query.ts';
import { listOrder } from './list-order.ts';
import { htmlListing, inPieces, jsonListing } from './listing.ts';
import { refuseOtherMethods } from './methods.ts';

interface LibraryRouteParts {
  readonly library: Library;
  readonly files: FileServer;
  readonly policy: StreamPolicy;
}

type Query = FileQuery & { readonly sort?: unknown; readonly order?: unknown };

/** `/library/{path}`: folders as lists for people, rclone, Kodi and wget; files as their bytes. */
export const libraryRoute: FastifyPluginCallback<LibraryRouteParts> = (server, parts, done) => {
  const { library, files, policy } = parts;
  server.route<{ Params: { '*': string }; Querystring: Query }>({
    method: ['GET', 'HEAD'],
    url: '/library/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const path = `/${request.params['*']}`;
      const entry = library.entryAt(path);
      const asFolder = path.endsWith('/');
      if (entry === null || (entry.kind === 'file' && asFolder)) {
        throw new BridgeError('not-found', 'the library has nothing at this path');
      }
      if (entry.kind === 'file')
        return files.serve(request, reply, entry, serveOptions(request.query, policy));
      if (!asFolder) return redirectToFolder(request, reply, library.pathOf(entry));
      library.noteOpened(entry.id);
      return sendListing(request, reply, library, entry);
    },
  });
  server.get('/library', (request, reply) => redirectToFolder(request, reply, '/'));
  refuseOtherMethods(server, '/library/*', ['GET', 'HEAD']);
  done();
};

/** Relative links in a list resolve only below an address that ends in a slash. */
function redirectToFolder(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  const query = /\?.*$/.exec(request.url)?.[0] ?? '';
  return reply.redirect(libraryAddress(path, 'folder') + query, 301);
}

function sendListing(
  request: FastifyRequest<{ Querystring: Query }>,
  reply: FastifyReply,
  library: Library,
  folder: FolderEntry,
): FastifyReply {
  const order = listOrder(request.query);
  const asJson = prefersJson(request.headers.accept);
  reply
    .header('vary', 'Accept')
    .header('cache-control', 'private, no-cache')
    .type(asJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8');
  if (!asJson) reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  if (request.method === 'HEAD') return reply.send();
  const write = asJson ? jsonListing : htmlListing;
  const texts = write(library.pathOf(folder), library.children(folder.id, order));
  return reply.send(Readable.from(inPieces(texts)));
}

/** JSON only for who names it: a browser and `*`/`*` get the list that every client reads. */
function prefersJson(accept: string | undefined): boolean {
  const types = accept?.split(',').map((type) => type.split(';')[0]?.trim().toLowerCase()) ?? [];
  return types.includes('application/json') && !types.includes('text/html');
}
