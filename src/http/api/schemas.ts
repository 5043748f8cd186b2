import { z } from 'zod';
import type { Account } from '../../fichier/api.ts';
import type { Entry } from '../../library/entry.ts';
import { mediaKindOf } from '../../library/media-kind.ts';
import type { ServerStatus } from '../../notify/notifier.ts';
import { libraryAddress, streamAddress } from '../addresses.ts';
import type { UrlSigner } from '../auth/url-signer.ts';

export const moment = z.iso.datetime().describe('UTC');

const fileSchema = z.object({
  kind: z.literal('file'),
  id: z.string().describe('Stays the same through renames and moves'),
  name: z.string(),
  path: z.string(),
  size: z.number().int().describe('Bytes'),
  modified: moment,
  contentType: z.string(),
  media: z.enum(['video', 'audio', 'image', 'subtitle', 'other']).describe('What it is to a viewer'),
  checksum: z.string().nullable().describe('Whirlpool, hexadecimal'),
  stream: z.string().describe('Address of the bytes; signed when a token is set'),
  link: z.string().describe('Address of the page of the file at 1fichier'),
});

const folderSchema = z.object({
  kind: z.literal('folder'),
  id: z.number().int(),
  name: z.string(),
  path: z.string(),
  modified: moment,
  listed: moment.nullable().describe('When its listing was last read in full'),
  address: z.string().describe('Address of its list'),
});

export const entrySchema = z.discriminatedUnion('kind', [fileSchema, folderSchema]);

export function describeEntry(
  entry: Entry,
  path: string,
  signer: UrlSigner | null,
): z.infer<typeof entrySchema> {
  const { name } = entry;
  const modified = isoTime(entry.modifiedAt);
  if (entry.kind === 'folder') {
    const listed = isoTimeOrNull(entry.listedAt);
    return {
      kind: 'folder',
      id: entry.id,
      name,
      path,
      modified,
      listed,
      address: libraryAddress(path, 'folder'),
    };
  }
  const { id, size, contentType, checksum } = entry;
  const media = mediaKindOf(name, contentType);
  const stream = streamAddress('', entry, signer);
  const link = entry.url;
  return { kind: 'file', id, name, path, size, modified, contentType, media, checksum, stream, link };
}

export const listingSchema = z.object({
  folder: folderSchema,
  contents: z.object({ folders: z.number(), files: z.number(), bytes: z.number() }),
  entries: z.array(entrySchema),
  nextOffset: z.number().int().nullable().describe('Pass it as offset for more; null: that was all'),
});

export const directLinkSchema = z.object({ address: z.url() });

export const problemSchema = z.object({
  error: z.string(),
  message: z.string(),
  hint: z.string(),
  retryable: z.boolean(),
  retryAt: moment.nullable().describe('From when another try makes sense; null: not known'),
});

export const accountSchema = z.object({
  email: z.string().nullable(),
  offer: z.enum(['free', 'premium', 'access', 'premium-gold', 'unknown']),
  subscriptionEnd: moment.nullable(),
  cdnCreditGb: z.number().nullable(),
  usedBytes: z.number().nullable(),
  availableBytes: z.number().nullable(),
});

export function describeAccount(account: Account): z.infer<typeof accountSchema> {
  return { ...account, subscriptionEnd: isoTimeOrNull(account.subscriptionEnd) };
}

export const crawlSchema = z.object({
  state: z.enum(['idle', 'crawling', 'waiting', 'stopped']),
  foldersKnown: z.number(),
  foldersListed: z.number(),
  filesKnown: z.number(),
  foldersPending: z.number(),
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  lastError: z.string().nullable(),
  foldersAtCap: z.number(),
  entriesMissing: z.number(),
});

export const budgetSchema = z.object({
  lockedUntil: moment.nullable(),
  lockReason: z.string().nullable(),
  queued: z.record(z.string(), z.number()),
  callsPerSecond: z.number(),
  calls: z.record(z.string(), z.number()),
});

export const remoteUploadSchema = z.object({
  id: z.number(),
  requested: moment.nullable(),
  executed: moment.nullable().describe('Null: still to be done'),
});

export const remoteUploadStatusSchema = remoteUploadSchema.extend({
  results: z.array(
    z.object({
      source: z.string(),
      ok: z.boolean(),
      link: z.string().nullable().describe('Address of the page of the file at 1fichier'),
      message: z.string(),
    }),
  ),
});

const bytesBySource = z.object({ memory: z.number(), disk: z.number(), upstream: z.number() });

const cacheFillSchema = z.object({
  blocks: z.number(),
  bytes: z.number(),
  budgetBytes: z.number(),
  evictions: z.number().describe('Blocks dropped to make room, since the start'),
});

export const cacheSchema = z.object({
  memory: cacheFillSchema,
  disk: cacheFillSchema
    .extend({
      state: z.enum(['on', 'off']).describe('off: it failed, and streaming goes on without it for now'),
      damaged: z.number().describe('Blocks that were no longer as written, and dropped'),
      skipped: z.number().describe('Blocks not written because the disk could not follow'),
    })
    .nullable()
    .describe('Null: turned off by BRIDGE_CACHE_DISK'),
  read: bytesBySource.describe('Bytes handed to readers since the start, by where they were found'),
});

const streamSchema = z.object({
  id: z.number(),
  file: z.object({ id: z.string(), name: z.string(), size: z.number() }),
  client: z.string().nullable().describe('Null: the bridge itself'),
  range: z.object({ start: z.number(), end: z.number() }).describe('Bytes; end exclusive'),
  position: z.number(),
  rate: z.number().describe('Bytes per second'),
  bytes: bytesBySource,
  renewals: z.number(),
  retries: z.number(),
  startedAt: moment,
  lastProblem: z.string().nullable(),
});

export const streamsSchema = z.object({
  active: z.array(streamSchema),
  failed: z.array(streamSchema.extend({ failedAt: moment, kind: z.string() })).describe('The latest first'),
  totals: z.object({
    opened: z.number(),
    failed: z.number(),
    abandoned: z.number(),
    delivered: bytesBySource,
    fetched: z.number(),
    healings: z.record(z.string(), z.number()),
  }),
});

export const mediaServerSchema = z.object({
  server: z.string(),
  lastSuccess: moment.nullable().describe('When it was last told of changes'),
  lastError: z
    .object({ at: moment, message: z.string(), hint: z.string() })
    .nullable()
    .describe('Until it can be told again'),
  queued: z.number().describe('Paths that wait to be told'),
  nextTry: moment.nullable().describe('When they will be; null: nothing waits'),
});

export function describeMediaServer(status: ServerStatus): z.infer<typeof mediaServerSchema> {
  const { server, lastSuccessAt, lastError, queued, nextTryAt } = status;
  return {
    server,
    lastSuccess: isoTimeOrNull(lastSuccessAt),
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
    queued,
    nextTry: isoTimeOrNull(nextTryAt),
  };
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

export function isoTimeOrNull(time: number | null): string | null {
  return time === null ? null : isoTime(time);
}
