import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BridgeError } from '../../errors.ts';
import type { Entry, FolderEntry } from '../../library/entry.ts';
import type { Library } from '../../library/library.ts';
import { refreshPath } from '../../library/refresh-path.ts';
import { walkTo } from '../../library/walk.ts';
import { abortOnClose } from '../abort-on-close.ts';
import type { UrlSigner } from '../auth/url-signer.ts';
import { describeEntry, entrySchema, listingSchema, problemSchema } from './schemas.ts';

interface LibraryRoutesParts {
  readonly library: Library;
  readonly signer: UrlSigner | null;
}

const MOST_ENTRIES = 1000;

const listingQuery = z.object({
  path: z.string().optional().describe('Path of decoded names; "/" is the root'),
  folderId: z.coerce.number().int().optional().describe('Instead of a path'),
  sort: z.enum(['name', 'size', 'date']).default('name').describe('name: in natural order'),
  order: z.enum(['asc', 'desc']).default('asc'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(200),
});

const searchQuery = z.object({
  q: z.string().min(1).max(200).describe('Words that must all occur in the name'),
  kind: z.enum(['video', 'audio', 'image', 'subtitle', 'other', 'folder']).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(50),
});

const refreshBody = z.object({
  path: z.string().optional(),
  folderId: z.number().int().optional().describe('Instead of a path'),
  recursive: z.boolean().default(false).describe('Also every folder below'),
  nearest: z
    .boolean()
    .default(false)
    .describe(
      'The path may be new, or of a file: read the nearest folder that is known, and go on from there',
    ),
  wait: z.boolean().default(true).describe('Answer when it is done, rather than at once'),
});

/** Entries, search and refresh. */
export const libraryRoutes: FastifyPluginCallbackZod<LibraryRoutesParts> = (
  server,
  { library, signer },
  done,
) => {
  const describe = (entry: Entry): z.infer<typeof entrySchema> =>
    describeEntry(entry, library.pathOf(entry), signer);

  server.get(
    '/entries',
    {
      schema: {
        summary: 'What is in a folder',
        querystring: listingQuery,
        response: { 200: listingSchema, '4xx': problemSchema },
      },
    },
    (request) => {
      const { offset, limit, sort, order } = request.query;
      const folder = folderOf(library, request.query);
      library.noteOpened(folder.id);
      const page = pageOf(
        library.children(folder.id, { by: sort, descending: order === 'desc' }),
        offset,
        limit,
      );
      return {
        folder: describeFolder(folder, describe),
        contents: library.contents(folder.id),
        entries: page.entries.map(describe),
        nextOffset: page.hasMore ? offset + limit : null,
      };
    },
  );

  server.get(
    '/entry',
    {
      schema: {
        summary: 'One file or folder; folders that were never read are read on the way',
        querystring: z.object({ path: z.string() }),
        response: { 200: entrySchema, '4xx': problemSchema, '5xx': problemSchema },
      },
    },
    async (request, reply) => {
      const entry = await walkTo(library, request.query.path, abortOnClose(reply.raw));
      if (entry === null) throw new BridgeError('file-not-found', 'the library has no such entry');
      return describe(entry);
    },
  );

  server.get(
    '/files/:fileId',
    {
      schema: {
        summary: 'One file',
        params: z.object({ fileId: z.string() }),
        response: { 200: entrySchema, '4xx': problemSchema },
      },
    },
    (request) => {
      const file = library.fileById(request.params.fileId);
      if (file === null) throw new BridgeError('file-not-found', 'no file has this id');
      return describe(file);
    },
  );

  server.get(
    '/search',
    {
      schema: {
        summary: 'Entries by words in their names',
        querystring: searchQuery,
        response: { 200: z.object({ entries: z.array(entrySchema) }), '4xx': problemSchema },
      },
    },
    (request) => {
      const { q, kind, limit } = request.query;
      const found = library.search({ text: q, kind, limit });
      return { entries: found.map(({ entry, path }) => describeEntry(entry, path, signer)) };
    },
  );

  server.post(
    '/refresh',
    {
      schema: {
        summary: 'Read a folder again from 1fichier',
        body: refreshBody,
        response: {
          200: z.object({ state: z.literal('done') }),
          202: z.object({ state: z.literal('started') }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request, reply) => {
      const { wait } = request.body;
      const refresh = refreshOf(library, request.body);
      if (wait) {
        await refresh(abortOnClose(reply.raw));
        return { state: 'done' as const };
      }
      refresh().catch((error: unknown) => {
        request.log.warn({ err: error }, 'a refresh failed');
      });
      return reply.code(202).send({ state: 'started' as const });
    },
  );
  done();
};

/** @throws BridgeError `folder-not-found` before anything is read. */
function refreshOf(
  library: Library,
  { path, folderId, recursive, nearest }: z.infer<typeof refreshBody>,
): (signal?: AbortSignal) => Promise<void> {
  const request = { recursive, priority: 'browse' } as const;
  if (nearest && path !== undefined && folderId === undefined) {
    return (signal) => refreshPath(library, path, { ...request, signal });
  }
  const folder = folderOf(library, { path, folderId });
  return (signal) => library.refresh(folder.id, { ...request, signal });
}

function folderOf(
  library: Library,
  wanted: { readonly path?: string | undefined; readonly folderId?: number | undefined },
): FolderEntry {
  if (wanted.path !== undefined && wanted.folderId !== undefined) {
    throw new BridgeError('bad-request', 'give either path or folderId');
  }
  const entry =
    wanted.folderId === undefined ? library.entryAt(wanted.path ?? '/') : library.folderById(wanted.folderId);
  if (entry?.kind !== 'folder') throw new BridgeError('folder-not-found', 'the library has no such folder');
  return entry;
}

function describeFolder(
  folder: FolderEntry,
  describe: (entry: Entry) => z.infer<typeof entrySchema>,
): z.infer<typeof listingSchema>['folder'] {
  const described = describe(folder);
  if (described.kind !== 'folder') throw new BridgeError('internal', 'a folder was described as a file');
  return described;
}

function pageOf(
  entries: Iterable<Entry>,
  offset: number,
  limit: number,
): { readonly entries: readonly Entry[]; readonly hasMore: boolean } {
  const page: Entry[] = [];
  let position = 0;
  for (const entry of entries) {
    if (page.length === limit) return { entries: page, hasMore: true };
    if (position >= offset) page.push(entry);
    position += 1;
  }
  return { entries: page, hasMore: false };
}
