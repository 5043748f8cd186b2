import { Readable } from 'node:stream';
import type { FastifyPluginCallback } from 'fastify';
import { BridgeError } from '../../errors.ts';
import type { FileEntry, FolderEntry } from '../../library/entry.ts';
import type { FoundEntry, Library } from '../../library/library.ts';
import { clientBase, streamAddress } from '../addresses.ts';
import type { UrlSigner } from '../auth/url-signer.ts';
import { inPieces, m3uPlaylist } from './listing.ts';

interface PlaylistRouteParts {
  readonly library: Library;
  readonly signer: UrlSigner | null;
  readonly publicUrl: string | null;
}

interface Query {
  readonly path?: unknown;
  readonly recursive?: unknown;
}

/** `/playlist.m3u8?path=…&recursive=1`: the video and audio of a folder, by addresses that any player can open. */
export const playlistRoute: FastifyPluginCallback<PlaylistRouteParts> = (server, parts, done) => {
  const { library, signer, publicUrl } = parts;
  server.get<{ Querystring: Query }>('/playlist.m3u8', (request, reply) => {
    const { path = '/', recursive } = request.query;
    const folder = typeof path === 'string' ? library.entryAt(path) : null;
    if (folder?.kind !== 'folder')
      throw new BridgeError('not-found', 'the library has no folder at this path');

    const base = clientBase(request, publicUrl);
    const files = recursive === '1' ? library.filesBelow(folder.id) : filesIn(library, folder);
    const texts = m3uPlaylist(files, (file) => streamAddress(base, file, signer));
    return reply
      .type('audio/x-mpegurl; charset=utf-8')
      .header('cache-control', 'private, no-cache')
      .send(Readable.from(inPieces(texts)));
  });
  done();
};

function* filesIn(library: Library, folder: FolderEntry): Generator<FoundEntry & { entry: FileEntry }> {
  for (const entry of library.children(folder.id)) {
    if (entry.kind === 'file') yield { entry, path: library.pathOf(entry) };
  }
}
