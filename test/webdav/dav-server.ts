import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { openDatabase } from '../../src/store/database.ts';
import { webDav, type WebDavOptions } from '../../src/webdav/plugin.ts';
import { webDavSchema } from '../../src/webdav/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryLibrary } from './memory-library.ts';

export interface DavServer {
  readonly app: FastifyInstance;
  readonly memory: MemoryLibrary;
  readonly clock: FakeClock;
  readonly spoolDirectory: string;
  readonly close: () => Promise<void>;
}

/** WebDAV at /dav over a library in memory; writable unless `overrides` say otherwise. */
export async function startDav(overrides: Partial<WebDavOptions> = {}): Promise<DavServer> {
  const memory = new MemoryLibrary();
  const clock = new FakeClock();
  const directory = await mkdtemp(join(tmpdir(), 'dav-test-'));
  const spoolDirectory = join(directory, 'spool');
  const app = fastify({ routerOptions: { maxParamLength: 5000 } });
  const database = openDatabase(':memory:', [webDavSchema]);
  await app.register(
    webDav({
      library: memory.library,
      writerFor: () => memory,
      serveFile: (_request, reply, file) =>
        Promise.resolve(reply.header('content-type', file.contentType).send(memory.contentOf(file))),
      database,
      quota: () => Promise.resolve({ usedBytes: 4096, availableBytes: 1_000_000 }),
      clock,
      spool: { directory: spoolDirectory, budgetBytes: 1_000_000 },
      ...overrides,
    }),
    { prefix: '/dav' },
  );
  const close = async (): Promise<void> => {
    await app.close();
    database.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { app, memory, clock, spoolDirectory, close };
}
