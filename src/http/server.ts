import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
} from 'fastify';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Library } from '../library/library.ts';
import { api, type ApiRoutes } from './api/api.ts';
import { accessGuard, type Keys } from './auth/access-guard.ts';
import { originGuard } from './auth/origin-guard.ts';
import { PageSession } from './auth/page-session.ts';
import { TokenCheck } from './auth/token-check.ts';
import type { UrlSigner } from './auth/url-signer.ts';
import { withoutDotSegments } from './dot-segments.ts';
import { drainOnClose } from './drain.ts';
import type { FileServer } from './file-server.ts';
import { healthRoutes } from './operations/health.ts';
import type { Insight } from './operations/insight.ts';
import { metricsRoute } from './operations/metrics.ts';
import { problemAnswers } from './problem.ts';
import { requestLog } from './request-log.ts';
import type { StreamPolicy } from './routes/file-query.ts';
import { libraryRoute } from './routes/library.ts';
import { playlistRoute } from './routes/playlist.ts';
import { rootRoute } from './routes/root.ts';
import { streamRoute } from './routes/stream.ts';

export interface HttpSettings extends StreamPolicy {
  /** How clients reach the bridge, without a slash at its end; null: by the Host they name. */
  readonly publicUrl: string | null;
  readonly token: string | null;
  /** By which commands of the owner are known; null or left out: by nothing. */
  readonly ownerKey?: string | null | undefined;
  /** Names beside localhost, IP addresses and that of `publicUrl`. */
  readonly allowedHosts: readonly string[];
  /** How long answers under way may go on once the server closes (ms). */
  readonly drainTime: number;
  readonly limits?: Partial<HttpLimits> | undefined;
}

/** What one client, or many, can take from the server. Times in ms, sizes in bytes. */
interface HttpLimits {
  readonly connections: number;
  /** For a request's line and header fields to arrive. */
  readonly headersTime: number;
  readonly headersSize: number;
  /** Body of a request, except where a route takes uploads. */
  readonly bodySize: number;
  /** For such a body to arrive. */
  readonly bodyTime: number;
  /** Between two requests on one connection. */
  readonly keepAliveTime: number;
  /** How often overdue connections are looked for. */
  readonly checkInterval: number;
}

const DEFAULT_LIMITS: HttpLimits = {
  connections: 2000,
  headersTime: 20_000,
  headersSize: 32 * 1024,
  bodySize: 256 * 1024,
  bodyTime: 20_000,
  keepAliveTime: 65_000,
  checkInterval: 5000,
};

export interface HttpParts {
  readonly library: Library;
  readonly files: FileServer;
  readonly insight: Insight;
  readonly metrics: Registry;
  /** Null when no token is set. */
  readonly signer: UrlSigner | null;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly settings: HttpSettings;
  /** More of the JSON API, below its prefix and in its document. */
  readonly apiRoutes?: readonly ApiRoutes[] | undefined;
  /** What ffmpeg makes of files, at `/media/…`. */
  readonly mediaRoutes?: readonly ApiRoutes[] | undefined;
  /** More to serve behind the same guards: WebDAV, the page, hooks. */
  readonly extensions?: readonly FastifyPluginAsync[] | undefined;
}

const LONGEST_PATH = 16 * 1024;

/** Bytes of a socket's send queue: room for a block-sized chunk, so that the next is read while one is sent. */
const SEND_QUEUE = 256 * 1024;

/** The HTTP server, complete but not yet listening. */
export function createHttpServer(parts: HttpParts): FastifyInstance {
  const { clock, library, files, insight, settings, signer } = parts;
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const server = fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl: (request) => withoutDotSegments(request.url ?? '/'),
    routerOptions: { maxParamLength: LONGEST_PATH },
    bodyLimit: limits.bodySize,
    keepAliveTimeout: limits.keepAliveTime,
    forceCloseConnections: true,
    http: {
      maxHeaderSize: limits.headersSize,
      headersTimeout: limits.headersTime,
      connectionsCheckingInterval: limits.checkInterval,
      highWaterMark: SEND_QUEUE,
      // An upload may take hours; what bounds a body is its route and the idle time of its connection.
      requestTimeout: 0,
    },
  });
  server.server.maxConnections = limits.connections;

  const closing = endsBeforeDrain(server);
  server.register(problemAnswers, { clock });
  server.register(requestLog, { clock });
  server.register(drainOnClose, { clock, drainTime: settings.drainTime });
  const keys = keysOf(parts);
  server.register(accessGuard, { keys, ownerKey: settings.ownerKey ?? null, clock });
  server.register(originGuard, settings);
  server.register(streamRoute, { library, files, policy: settings });
  server.register(libraryRoute, { library, files, policy: settings });
  server.register(playlistRoute, { library, signer, publicUrl: settings.publicUrl });
  const { apiRoutes: routes = [], mediaRoutes = [] } = parts;
  const shared = { library, insight, signer, keys, clock, closing };
  server.register(api, { ...shared, bodyTime: limits.bodyTime, routes, mediaRoutes });
  server.register(healthRoutes, { library, insight });
  server.register(metricsRoute, { registry: parts.metrics, insight, library, files, clock });
  for (const extension of parts.extensions ?? []) server.register(extension);
  server.register(rootRoute);
  return server;
}

/** Aborts as the server begins to close. Hooks run in the order they were added: call it before the drain is there. */
function endsBeforeDrain(server: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  server.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  return closing.signal;
}

function keysOf({ settings, signer, clock }: HttpParts): Keys | null {
  const { token, publicUrl } = settings;
  if (token === null) return null;
  return {
    token: new TokenCheck(token, clock),
    session: new PageSession({ token, publicUrl, clock }),
    signer,
  };
}
