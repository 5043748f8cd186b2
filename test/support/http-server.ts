import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../src/clock.ts';
import { UrlSigner } from '../../src/http/auth/url-signer.ts';
import { directLinkRoutes } from '../../src/http/api/direct-link-routes.ts';
import { remoteUploadRoutes } from '../../src/http/api/remote-upload-routes.ts';
import { FileServer } from '../../src/http/file-server.ts';
import { createHttpServer, type HttpParts, type HttpSettings } from '../../src/http/server.ts';
import { FakeInsight } from './fake-insight.ts';
import { FakeLinks, FakeReader } from './fake-content.ts';
import { FakeRemoteUploads } from './fake-remote-uploads.ts';
import { FakeLibrary } from './fake-library.ts';

export interface TestServer {
  readonly server: FastifyInstance;
  readonly library: FakeLibrary;
  readonly reader: FakeReader;
  readonly links: FakeLinks;
  readonly files: FileServer;
  readonly insight: FakeInsight;
  /** Log lines written so far. */
  readonly logged: string[];
}

export interface TestServerOptions {
  readonly clock?: Clock;
  readonly clientTimeout?: number;
  readonly settings?: Partial<HttpSettings>;
  readonly remoteUploads?: FakeRemoteUploads;
  /** Whether clients may write. */
  readonly write?: boolean;
  readonly parts?: Partial<HttpParts>;
}

/** The real server over a library, a reader and links held in memory. */
export function testServer(options: TestServerOptions = {}): TestServer {
  const clock = options.clock ?? systemClock;
  const library = new FakeLibrary();
  const reader = new FakeReader();
  const links = new FakeLinks();
  const insight = new FakeInsight();
  const { remoteUploads = new FakeRemoteUploads(), write = false } = options;
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const files = new FileServer({ reader, links, clock, clientTimeout: options.clientTimeout ?? 60_000 });
  const settings: HttpSettings = {
    streamMode: 'proxy',
    modeByQuery: true,
    publicUrl: null,
    token: null,
    allowedHosts: [],
    drainTime: 1000,
    ...options.settings,
  };
  const server = createHttpServer({
    library,
    files,
    insight,
    metrics: new Registry(),
    signer: settings.token === null ? null : new UrlSigner(settings.token),
    clock,
    logger,
    settings,
    apiRoutes: [directLinkRoutes({ library, links }), remoteUploadRoutes({ library, remoteUploads, write })],
    ...options.parts,
  });
  return { server, library, reader, links, files, insight, logged };
}

/** Listens on a free loopback port; gives the address. */
export async function listen(server: FastifyInstance): Promise<string> {
  await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}
