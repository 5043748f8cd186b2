import { join } from 'node:path';
import fastify from 'fastify';
import { systemClock } from '../../src/clock.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { openDatabase } from '../../src/store/database.ts';
import { webDav } from '../../src/webdav/plugin.ts';
import { webDavSchema } from '../../src/webdav/schema.ts';
import { silentApi } from '../support/silent-api.ts';

/** A process of its own, to be measured: `catalogue-server.ts <catalogue> <port>` serves it at /dav, and nothing else. */
const [path = '', port = ''] = process.argv.slice(2);

const database = openDatabase(path, [catalogueSchema, webDavSchema]);
const app = fastify();
await app.register(
  webDav({
    library: new MirroredLibrary({
      database,
      api: silentApi(),
      clock: systemClock,
      rootId: 0,
      settings: defaultLibrarySettings,
    }),
    writerFor: () => null,
    serveFile: (_request, reply) => Promise.resolve(reply.code(404).send()),
    database,
    quota: () => Promise.resolve(null),
    clock: systemClock,
    spool: { directory: join(path, '..', 'spool'), budgetBytes: 0 },
  }),
  { prefix: '/dav' },
);
await app.listen({ host: '127.0.0.1', port: Number(port) });
