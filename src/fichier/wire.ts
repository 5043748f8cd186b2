import { z } from 'zod';
import type {
  Account,
  FileDetails,
  FolderListing,
  RemoteFile,
  RemoteFolder,
  RemoteUpload,
  RemoteUploadStatus,
} from './api.ts';
import { parseParisTime } from './paris-time.ts';

/**
 * Shapes of answers, as tolerant as the clients of the API document had to become: numbers come as strings and the
 * other way round, lists may be missing or null, keys are spelt in two ways. Names are taken as they are.
 */

/** Listings are cut off there (API document 2.3). */
const MOST_ITEMS = 5_000;

/** A name of digits only may come as a number. */
const text = z.union([z.string(), z.number().transform(String)]);
const optionalText = text
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));
const integer = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*-?\d+(\.\d+)?\s*$/)
    .transform(Number),
]);
const count = integer.pipe(z.number().int().nonnegative());
/** What is absent or unreadable is unknown, never zero. */
const optionalCount = count.nullish().catch(null);
const optionalAmount = integer.nullish().catch(null);
const optionalDate = optionalText.catch(null).transform(parseParisTime);
const list = z
  .array(z.unknown())
  .nullish()
  .transform((items) => items ?? []);
const webAddress = z
  .string()
  .max(4_096)
  .regex(/^https?:\/\/[^\s/]+\/\S*$/i);

const file = z
  .object({
    url: webAddress,
    filename: text.pipe(z.string().min(1)),
    size: count,
    date: optionalDate,
    checksum: optionalText.catch(null),
    'content-type': optionalText.catch(null),
    content_type: optionalText.catch(null),
  })
  .transform((wire): RemoteFile => ({
    url: wire.url,
    filename: wire.filename,
    size: wire.size,
    uploadedAt: wire.date,
    checksum: checksumOf(wire.checksum),
    contentType: wire['content-type'] ?? wire.content_type,
  }));

const subFolder = z
  .object({ id: count, name: text.pipe(z.string().min(1)), create_date: optionalDate })
  .transform((wire): RemoteFolder => ({ id: wire.id, name: wire.name, createdAt: wire.create_date }));

/** `folder/ls` with `files: 1` (API document 2.2). */
export const folderAnswer = z
  .object({
    folder_id: optionalCount,
    name: optionalText,
    create_date: optionalDate,
    files: optionalCount,
    sub_folders: list,
    items: list,
  })
  .transform((wire) => ({
    statedId: wire.folder_id ?? null,
    name: wire.name,
    createdAt: wire.create_date,
    statedCount: wire.files ?? null,
    folders: wire.sub_folders,
    items: wire.items,
  }));

/** The listing of folder `id`. Entries that cannot be understood are left out and make it incomplete. */
export function toListing(id: number, wire: z.output<typeof folderAnswer>): FolderListing {
  const files = understood(file, wire.items);
  const folders = understood(subFolder, wire.folders);
  const flaw = flawOf(
    wire.statedCount,
    files.length,
    wire.items.length,
    folders.length === wire.folders.length,
  );
  return {
    folder: { id, name: wire.name ?? '', createdAt: wire.createdAt },
    folders,
    files,
    complete: flaw === null,
    flaw,
  };
}

function flawOf(
  stated: number | null,
  understoodFiles: number,
  listed: number,
  foldersUnderstood: boolean,
): FolderListing['flaw'] {
  if (listed >= MOST_ITEMS) return 'at-cap';
  if (stated === null) return 'no-count';
  return stated === understoodFiles && foldersUnderstood ? null : 'count-mismatch';
}

function understood<Shape extends z.ZodType>(shape: Shape, items: readonly unknown[]): z.output<Shape>[] {
  return items.flatMap((item) => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

function checksumOf(wire: string | null): string | null {
  return wire !== null && /^[0-9a-f]{128}$/i.test(wire) ? wire.toLowerCase() : null;
}

/** `file/info` (2.4): `folder_id` as string or number; what only owners see may be missing. */
export const fileInfoAnswer = z
  .object({ folder_id: optionalCount, path: optionalText.catch(null) })
  .and(file)
  .transform(({ url, filename, size, uploadedAt, checksum, contentType, folder_id, path }): FileDetails => ({
    url,
    filename,
    size,
    uploadedAt,
    checksum,
    contentType,
    folderId: folder_id ?? null,
    path,
  }));

const OFFERS: Readonly<Record<string, Account['offer']>> = {
  '0': 'free',
  '1': 'premium',
  '2': 'access',
  '3': 'premium-gold',
};

/** `user/info` (2.1). */
export const accountAnswer = z
  .object({
    email: optionalText.catch(null),
    offer: optionalText.catch(null),
    subscription_end: optionalDate,
    cdn: optionalAmount,
    hot_storage: optionalAmount,
    cold_storage: optionalAmount,
    available_storage: optionalAmount,
  })
  .transform((wire): Account => ({
    email: wire.email,
    offer: OFFERS[wire.offer ?? ''] ?? 'unknown',
    subscriptionEnd: wire.subscription_end,
    cdnCreditGb: wire.cdn ?? null,
    usedBytes: sumOfKnown(wire.hot_storage, wire.cold_storage),
    availableBytes: wire.available_storage ?? null,
  }));

function sumOfKnown(...amounts: readonly (number | null | undefined)[]): number | null {
  const known = amounts.filter((amount) => typeof amount === 'number');
  return known.length === 0 ? null : known.reduce((sum, amount) => sum + amount, 0);
}

/** `download/get_token` (section 3). */
export const linkAnswer = z.object({ url: webAddress });

/** `folder/mkdir` (2.11). */
export const madeFolderAnswer = z.object({ folder_id: count });

/** Answers of which only the absence of a refusal matters (2.6, 2.8, 2.12, 2.13). */
export const plainAnswer = z.object({});

/** `file/mv` (2.5). */
export const movedAnswer = z.object({ urls: list }).transform(({ urls }) => understood(webAddress, urls));

/** `file/cp` (2.7). */
export const copiedAnswer = z
  .object({ urls: list })
  .transform(({ urls }) => understood(z.object({ to_url: webAddress }), urls).map(({ to_url }) => to_url));

/** `upload/get_upload_server` (2.16): a bare host, with a port at most, and the id of one upload. */
export const uploadServerAnswer = z.object({
  url: z.string().regex(/^([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i),
  id: z.string().regex(/^[a-z0-9]{1,10}$/i),
});

/** `end.pl` with `JSON: 1` (2.18): sizes as strings. */
export const uploadReport = z.object({ links: list }).transform(({ links }) =>
  understood(
    z.object({
      download: webAddress,
      filename: text,
      size: count,
      whirlpool: optionalText.catch(null).transform(checksumOf),
    }),
    links,
  ),
);

/** `remote/request` (2.19). */
export const remoteRequestAnswer = z.object({ id: count });

/** `execution_date` is empty while pending. */
const remoteUpload = z.object({ id: count, request_date: optionalDate, execution_date: optionalDate });

/** `remote/ls` (2.19). */
export const remoteListAnswer = z
  .object({ data: list })
  .transform(({ data }): RemoteUpload[] => understood(remoteUpload, data).map(toRemoteUpload));

/** `remote/info` (2.19). */
export const remoteStatusAnswer = remoteUpload
  .extend({ result: list })
  .transform((wire): RemoteUploadStatus => ({
    ...toRemoteUpload(wire),
    results: understood(remoteResult, wire.result),
  }));

function toRemoteUpload(wire: z.output<typeof remoteUpload>): RemoteUpload {
  return { id: wire.id, requestedAt: wire.request_date, executedAt: wire.execution_date };
}

const remoteResult = z
  .object({
    status: optionalText.catch(null),
    url: optionalText.catch(null),
    download_link: webAddress.nullish().catch(null),
    message: optionalText.catch(null),
  })
  .transform((wire) => ({
    source: wire.url ?? '',
    ok: wire.status?.toUpperCase() === 'OK',
    url: wire.download_link ?? null,
    message: wire.message ?? '',
  }));
