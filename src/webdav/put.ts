import { BridgeError } from '../errors.ts';
import type { FileEntry, FolderEntry } from '../library/entry.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { isDesktopBookkeeping, type LocalFile } from './local-files.ts';
import { lastName } from './path.ts';
import { uploadChunks } from './request-body.ts';
import { requireParent, resourceKey, resourceTag, type Place, type Resource } from './resource.ts';

/** What a PUT replaces. */
type Replaced = FileEntry | LocalFile | null;

/**
 * RFC 4918 section 9.7. The file shows in the library once 1fichier has confirmed the upload, and what it
 * replaces stays until then.
 */
export async function put(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  requireWriter(context);
  const { resource } = place;
  if (resource?.kind === 'folder') {
    throw new BridgeError('method-not-allowed', 'a folder is there, and PUT makes only files');
  }
  const parent = requireParent(place);
  requireWholeAndPlain(request.headers);
  const submitted = context.preconditions.judge(request, place);
  if (resource === null) context.preconditions.requireMembershipUnlocked(place.path, submitted);
  else context.preconditions.requireUnlocked(place.path, submitted);

  const written = await context.writesUnderWay.run([place.path], () =>
    store(context, { parent, place, replaced: resource }, request),
  );
  await reply
    .code(resource === null ? 201 : 204)
    .header('etag', resourceTag(written))
    .send();
}

function requireWholeAndPlain(headers: Exchange['request']['headers']): void {
  // RFC 9110 section 14.4: a server that does not do partial PUT refuses it.
  if (headers['content-range'] !== undefined)
    throw new BridgeError('bad-request', 'a PUT of a range is not done');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new BridgeError('unsupported-media-type', 'send the file itself, without a content encoding');
  }
}

interface Target {
  readonly parent: FolderEntry;
  readonly place: Place;
  readonly replaced: Replaced;
}

async function store(context: DavContext, target: Target, request: Exchange['request']): Promise<Resource> {
  const { clock, limits, spool } = context;
  const size = announcedSize(request.headers);
  const chunks = uploadChunks(request.raw, size, clock, limits.uploadIdleMs);
  const staysLocal = isDesktopBookkeeping(target.place.name) && target.replaced?.kind !== 'file';
  if (size === 0 || (staysLocal && size !== null && size <= limits.localFiles.bytesEach)) {
    return storeLocally(context, target, await gather(chunks));
  }
  if (size !== null) return storeRemotely(context, target, size, chunks);

  const body = await spool.hold(chunks);
  try {
    if (body.size === 0 || (staysLocal && body.size <= limits.localFiles.bytesEach)) {
      return await storeLocally(context, target, await gather(body.chunks()));
    }
    return await storeRemotely(context, target, body.size, body.chunks());
  } finally {
    await body.release();
  }
}

/** Null: only the end of the body will tell. macOS announces the size of its chunked bodies in a header of its own. */
function announcedSize(headers: Exchange['request']['headers']): number | null {
  const chunked = headers['transfer-encoding'] !== undefined;
  const announced = chunked ? headers['x-expected-entity-length'] : (headers['content-length'] ?? '0');
  const isSize = typeof announced === 'string' && /^\d{1,15}$/.test(announced);
  return isSize && !(chunked && Number(announced) === 0) ? Number(announced) : null;
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const gathered: Uint8Array[] = [];
  for await (const chunk of chunks) gathered.push(chunk);
  return Buffer.concat(gathered);
}

async function storeRemotely(
  context: DavContext,
  { parent, place, replaced }: Target,
  size: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Resource> {
  const replaces = replaced?.kind === 'file' ? replaced : undefined;
  const written = await requireWriter(context).upload(parent.id, place.name, { size, chunks, replaces });
  if (replaced === null) return written;
  context.deadProperties.move(resourceKey(replaced), resourceKey(written));
  if (replaced.kind === 'local') context.localFiles.remove(replaced);
  return written;
}

async function storeLocally(
  context: DavContext,
  { parent, place, replaced }: Target,
  content: Buffer,
): Promise<Resource> {
  const name = lastName(place.path);
  if (replaced === null) requireWriter(context).requireRoom(parent.id, place.name);
  if (replaced?.kind !== 'file') return context.localFiles.write(parent.id, name, content);
  const written = context.localFiles.write(parent.id, name, content);
  try {
    await requireWriter(context).remove(replaced);
  } catch (error) {
    context.localFiles.remove(written);
    throw error;
  }
  context.deadProperties.move(resourceKey(replaced), resourceKey(written));
  return written;
}
