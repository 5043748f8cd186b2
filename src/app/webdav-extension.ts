import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import type { FileServer } from '../http/file-server.ts';
import { webDav } from '../webdav/plugin.ts';
import type { AccountLibrary } from './account-library.ts';

/** The library at `/dav/`; writes are open to all clients when BRIDGE_WRITE says so, and always to the owner's commands. */
export function webDavExtension(
  settings: Settings,
  { library, database, api }: AccountLibrary,
  files: FileServer,
  clock: Clock,
): FastifyPluginAsync {
  const publicHosts = settings.publicUrl === null ? [] : [new URL(settings.publicUrl).host];
  const dav = webDav({
    library,
    writerFor: ({ isOwner }) => (settings.write || isOwner ? library.writer : null),
    serveFile: (request, reply, file) =>
      files.serve(request, reply, file, { mode: settings.streamMode, download: false }),
    database,
    quota: async () => {
      const { usedBytes, availableBytes } = await api.account({ priority: 'browse' });
      return usedBytes === null || availableBytes === null ? null : { usedBytes, availableBytes };
    },
    clock,
    spool: { directory: join(settings.dataDir, 'spool'), budgetBytes: settings.uploadSpool },
    limits: { infinityEntries: settings.davInfinity },
    ownHosts: [...publicHosts, ...settings.allowedHosts],
  });
  return async (server) => {
    await server.register(dav, { prefix: '/dav' });
    // Windows asks the root of a server whether it knows WebDAV before it looks at any folder of it.
    server.options('/', (_request, reply) =>
      reply.headers({ 'ms-author-via': 'DAV', dav: '1, 2, 3', allow: 'OPTIONS, GET, HEAD' }).send(),
    );
  };
}
