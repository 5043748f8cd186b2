import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  /** Parsed when it was JSON. */
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when a text. */
  readonly body?: unknown;
}

export interface EmulatedServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Answers in place of the next ones, in turn. */
  readonly instead: Answer[];
  close(): Promise<void>;
}

export async function emulatedServer(answer: (request: SeenRequest) => Answer): Promise<EmulatedServer> {
  const requests: SeenRequest[] = [];
  const instead: Answer[] = [];
  const server = createServer((request, response) => {
    void readRequest(request).then((seen) => {
      requests.push(seen);
      send(response, instead.shift() ?? answer(seen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, instead, close: () => closed(server) };
}

async function readRequest(request: IncomingMessage): Promise<SeenRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const url = new URL(request.url ?? '/', 'http://host');
  const text = Buffer.concat(pieces).toString('utf8');
  const isJson = request.headers['content-type'] === 'application/json';
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

const NOT_FOUND: Answer = { status: 404 };
const UNAUTHORIZED: Answer = { status: 401 };

const mediaUpdateInfo = z.strictObject({
  Updates: z.array(
    z.strictObject({ Path: z.string().min(1), UpdateType: z.enum(['Created', 'Modified', 'Deleted']) }),
  ),
});

/** The endpoints of Jellyfin 10.10 and Emby 4.8 that the bridge uses, by their OpenAPI documents. */
function mediaBrowser(folders: readonly string[], isAuthorised: (request: SeenRequest) => boolean) {
  return (request: SeenRequest): Answer => {
    if (!isAuthorised(request)) return UNAUTHORIZED;
    switch (`${request.method} ${request.path}`) {
      case 'POST /Library/Media/Updated':
        return mediaUpdateInfo.safeParse(request.body).success ? { status: 204 } : { status: 400 };
      case 'GET /System/Info':
        return { status: 200, body: { ServerName: 'Salon', Version: '10.10.3', Id: 'abc' } };
      case 'GET /Library/VirtualFolders':
        return {
          status: 200,
          body: folders.map((folder, at) => ({
            Name: `Library ${at}`,
            Locations: [folder],
            ItemId: String(at),
          })),
        };
      default:
        return NOT_FOUND;
    }
  };
}

export function emulatedJellyfin(key: string, folders: readonly string[] = []): Promise<EmulatedServer> {
  const token = `Token="${key}"`;
  return emulatedServer(
    mediaBrowser(folders, ({ headers }) => {
      const header = headers.authorization ?? '';
      return header.startsWith('MediaBrowser ') && header.includes(token);
    }),
  );
}

export function emulatedEmby(key: string, folders: readonly string[] = []): Promise<EmulatedServer> {
  return emulatedServer(mediaBrowser(folders, ({ headers }) => headers['x-emby-token'] === key));
}

/** Sections by key, each with its folders. `/identity` needs no token; the rest does (developer.plex.tv). */
export function emulatedPlex(
  token: string,
  sections: Readonly<Record<string, readonly string[]>> = {},
): Promise<EmulatedServer> {
  return emulatedServer(({ method, path, headers }) => {
    if (method !== 'GET') return NOT_FOUND;
    if (headers.accept !== 'application/json') return { status: 200, body: '<MediaContainer/>' };
    if (path === '/identity') {
      return {
        status: 200,
        body: { MediaContainer: { size: 0, machineIdentifier: 'm', version: '1.41.2' } },
      };
    }
    if (headers['x-plex-token'] !== token) return UNAUTHORIZED;
    if (path === '/library/sections') {
      const directories = Object.entries(sections).map(([key, folders]) => ({
        key,
        type: 'movie',
        title: `Library ${key}`,
        Location: folders.map((folder, id) => ({ id, path: folder })),
      }));
      return { status: 200, body: { MediaContainer: { size: directories.length, Directory: directories } } };
    }
    const key = /^\/library\/sections\/([^/]+)\/refresh$/.exec(path)?.[1];
    return key !== undefined && key in sections ? { status: 200 } : NOT_FOUND;
  });
}

const call = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.number(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()),
});
const METHODS: Readonly<Record<string, { params: z.ZodType; result: unknown }>> = {
  'JSONRPC.Ping': { params: z.strictObject({}), result: 'pong' },
  'Application.GetProperties': {
    params: z.strictObject({ properties: z.array(z.enum(['name', 'version'])) }),
    result: { name: 'Kodi', version: { major: 21, minor: 1 } },
  },
  'VideoLibrary.Scan': {
    params: z.strictObject({ directory: z.string(), showdialogs: z.boolean() }),
    result: 'OK',
  },
};

/** Kodi 21's JSON-RPC over HTTP (kodi.wiki "JSON-RPC API/v13"). */
export function emulatedKodi(user: string, password: string): Promise<EmulatedServer> {
  const credentials = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return emulatedServer(({ method, path, headers, body }) => {
    if (headers.authorization !== credentials) return UNAUTHORIZED;
    if (method !== 'POST' || path !== '/jsonrpc') return NOT_FOUND;
    const wanted = call.safeParse(body);
    if (!wanted.success) return rpcError(null, -32600, 'Invalid request.');
    const known = METHODS[wanted.data.method];
    if (known === undefined) return rpcError(wanted.data.id, -32601, 'Method not found.');
    if (!known.params.safeParse(wanted.data.params).success) {
      return rpcError(wanted.data.id, -32602, 'Invalid params.');
    }
    return { status: 200, body: { jsonrpc: '2.0', id: wanted.data.id, result: known.result } };
  });
}

function rpcError(id: number | null, code: number, message: string): Answer {
  return { status: 200, body: { jsonrpc: '2.0', id, error: { code, message } } };
}
