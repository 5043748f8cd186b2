import { join } from 'node:path';
import fastify from 'fastify';
import { systemClock } from '../../src/clock.ts';
import { BridgeError } from '../../src/errors.ts';
import type { FichierApi, FichierWriteApi } from '../../src/fichier/api.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { openDatabase } from '../../src/store/database.ts';
import { webDav } from '../../src/webdav/plugin.ts';
import { webDavSchema } from '../../src/webdav/schema.ts';

/** A process of its own, to be measured: `catalogue-server.ts <catalogue> <port>` serves it at /dav, and nothing else. */
const [path = '', port = ''] = process.argv.slice(2);

/** An account that cannot be reached: everything comes from the catalogue. */
function silentApi(): FichierApi & FichierWriteApi {
  const refuse = (): Promise<never> => Promise.reject(new BridgeError('upstream-unavailable', 'no account'));
  return {
    account: refuse,
    listFolder: refuse,
    fileInfo: refuse,
    getLink: refuse,
    makeFolder: refuse,
    renameFile: refuse,
    moveFile: refuse,
    copyFile: refuse,
    removeFile: refuse,
    renameFolder: refuse,
    moveFolder: refuse,
    removeFolder: refuse,
    upload: refuse,
    requestRemoteUpload: refuse,
    remoteUploads: refuse,
    remoteUploadStatus: refuse,
  };
}

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
