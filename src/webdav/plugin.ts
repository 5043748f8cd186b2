import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { failureOf } from '../http/failure.ts';
import type { Library, LibraryWriter } from '../library/library.ts';
import type { Database } from '../store/database.ts';
import { Addresses } from './address.ts';
import { allowedMethods } from './allow.ts';
import { DeadProperties } from './dead-properties.ts';
import type { DavContext, Method, ServeFile } from './exchange.ts';
import { sendFailure } from './failure.ts';
import { remove } from './delete.ts';
import { get } from './get.ts';
import { DEFAULT_LIMITS, type WebDavLimits } from './limits.ts';
import type { Quota } from './live-properties.ts';
import { lock, unlock } from './locking.ts';
import { LocalFiles } from './local-files.ts';
import { LockTable } from './locks.ts';
import { mkcol } from './mkcol.ts';
import { options as optionsMethod } from './options-method.ts';
import { Preconditions } from './preconditions.ts';
import { propfind } from './propfind.ts';
import { proppatch } from './proppatch.ts';
import { put } from './put.ts';
import { discardBody } from './request-body.ts';
import { ResourceTree } from './resource.ts';
import { Spool } from './spool.ts';
import { copy, move } from './transfer.ts';
import { WritesUnderWay } from './writes-under-way.ts';

export interface WebDavOptions {
  readonly library: Library;
  /** What the sender of a request may write with; null: the library is read-only to them. */
  readonly writerFor: (request: FastifyRequest) => LibraryWriter | null;
  readonly serveFile: ServeFile;
  /** Opened with `webDavSchema`. */
  readonly database: Database;
  /** Rejections count as not known. */
  readonly quota: () => Promise<Quota | null>;
  readonly clock: Clock;
  /** Where uploads of unknown length wait, for the bridge alone, and how many bytes all of them may take. */
  readonly spool: { readonly directory: string; readonly budgetBytes: number };
  readonly limits?: Partial<WebDavLimits> | undefined;
  /** Hosts, with port where it is not the default, that reach this bridge beside the Host of each request. */
  readonly ownHosts?: readonly string[] | undefined;
}

const METHODS: Readonly<Record<string, Method>> = {
  OPTIONS: optionsMethod,
  GET: get,
  HEAD: get,
  PROPFIND: propfind,
  PROPPATCH: proppatch,
  PUT: put,
  DELETE: remove,
  MKCOL: mkcol,
  COPY: copy,
  MOVE: move,
  LOCK: lock,
  UNLOCK: unlock,
};

/** Known to Fastify only when told; all may have a body. */
const EXTENSION_METHODS = ['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'];
const REFUSED_METHODS = ['POST', 'PATCH'];

/** WebDAV of class 1, 2 and 3 (RFC 4918) below the prefix that the plugin is registered with. */
export function webDav(options: WebDavOptions): FastifyPluginAsync {
  return async (app) => {
    const shared = await makeContext(app, options);
    // Bodies stay unread: each method takes its own, of its own size.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.setErrorHandler((error, request, reply) => {
      const failure = failureOf(error);
      if (failure.httpStatus >= 500) request.log.warn({ err: failure }, `WebDAV ${request.method} failed`);
      discardBody(request.raw, options.clock);
      return sendFailure(request, reply, failure, options.clock.now());
    });
    for (const method of EXTENSION_METHODS) {
      if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
    }
    for (const url of ['/', '/*']) {
      app.route({
        method: ['OPTIONS', 'GET', 'HEAD', 'PUT', 'DELETE', ...EXTENSION_METHODS, ...REFUSED_METHODS],
        url,
        exposeHeadRoute: false,
        handler: (request, reply) =>
          handle({ ...shared, writer: options.writerFor(request) }, request, reply),
      });
    }
  };
}

async function makeContext(
  app: FastifyInstance,
  options: WebDavOptions,
): Promise<Omit<DavContext, 'writer'>> {
  const { library, serveFile, database, clock } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const localFiles = new LocalFiles(
    database,
    clock,
    limits.localFiles,
    (id) => library.folderById(id) !== null,
  );
  const tree = new ResourceTree(library, localFiles);
  const locks = new LockTable(clock, limits.locks);
  const addresses = new Addresses(app.prefix, options.ownHosts ?? []);
  return {
    library,
    serveFile,
    clock,
    quota: () => options.quota().catch(() => null),
    limits,
    tree,
    localFiles,
    deadProperties: new DeadProperties(database, limits.properties),
    locks,
    addresses,
    preconditions: new Preconditions(tree, locks, addresses),
    spool: await Spool.open(options.spool.directory, options.spool.budgetBytes),
    writesUnderWay: new WritesUnderWay(),
  };
}

async function handle(
  context: DavContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const place = context.tree.place(context.addresses.pathOf(request));
  const method = METHODS[request.method];
  if (method === undefined) {
    reply.header('allow', allowedMethods(context, place).join(', '));
    throw new BridgeError('method-not-allowed', `${request.method} is not a method of this resource`);
  }
  await method(context, { request, reply, place });
  return reply;
}
