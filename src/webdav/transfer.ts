import { asBridgeError, BridgeError } from '../errors.ts';
import type { FolderEntry } from '../library/entry.ts';
import { displacing } from './displace.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { isDesktopBookkeeping, type LocalFile } from './local-files.ts';
import { XML_CONTENT_TYPE } from './multistatus.ts';
import { isBelow, joinPath, lastName, type DavPath } from './path.ts';
import { failuresBody, throwOwnFailure, type MemberFailure } from './removal.ts';
import { requireParent, resourceKey, writableName, type Place, type Resource } from './resource.ts';

interface Transfer {
  readonly source: Resource;
  readonly from: DavPath;
  readonly destination: Place;
  readonly parent: FolderEntry;
  /** Whether a folder comes with what is in it. */
  readonly deep: boolean;
}

/** RFC 4918 section 9.8. */
export async function copy(context: DavContext, exchange: Exchange): Promise<void> {
  const transfer = readTransfer(context, exchange);
  const submitted = context.preconditions.judge(exchange.request, exchange.place);
  requireDestination(context, exchange, transfer, submitted);
  await answer(context, exchange, transfer, [transfer.destination.path], () => copyTree(context, transfer));
}

/** RFC 4918 section 9.9. */
export async function move(context: DavContext, exchange: Exchange): Promise<void> {
  const transfer = readTransfer(context, exchange);
  if (transfer.from === '/') throw new BridgeError('forbidden', 'the root of the library cannot be moved');
  if (!transfer.deep) throw new BridgeError('bad-request', 'a folder is moved with Depth infinity only');
  const submitted = context.preconditions.judge(exchange.request, exchange.place);
  context.preconditions.requireTreeUnlocked(transfer.from, submitted);
  requireDestination(context, exchange, transfer, submitted);
  const paths = [transfer.from, transfer.destination.path];
  await answer(context, exchange, transfer, paths, async () => {
    await moveResource(context, transfer);
    // RFC 4918 section 7.6: locks stay with the address, where now nothing is left to lock.
    context.locks.releaseTree(transfer.from);
    return [];
  });
}

function readTransfer(context: DavContext, { request, place }: Exchange): Transfer {
  requireWriter(context);
  if (place.resource === null) throw new BridgeError('not-found', 'nothing is there');
  const header = request.headers.destination;
  if (typeof header !== 'string') throw new BridgeError('bad-request', 'there is no Destination');
  const path = context.addresses.ownPath(header, request);
  if (path === null) throw new BridgeError('wrong-server', 'the Destination is not on this WebDAV server');
  const destination = context.tree.place(path);
  if (destination.path === place.path)
    throw new BridgeError('forbidden', 'source and destination are the same');
  if (isBelow(destination.path, place.path) || isBelow(place.path, destination.path)) {
    throw new BridgeError('forbidden', 'one of source and destination lies within the other');
  }
  return {
    source: place.resource,
    from: place.path,
    destination,
    parent: requireParent(destination),
    deep: readDeep(request.headers.depth),
  };
}

function readDeep(header: string | string[] | undefined): boolean {
  if (header === undefined || header === 'infinity') return true;
  if (header === '0') return false;
  throw new BridgeError('bad-request', 'Depth is neither 0 nor infinity');
}

function requireDestination(
  context: DavContext,
  { request }: Exchange,
  { destination }: Transfer,
  submitted: ReadonlySet<string>,
): void {
  if (destination.resource !== null && request.headers.overwrite === 'F') {
    throw new BridgeError('precondition-failed', 'the destination exists and is not to be overwritten');
  }
  if (destination.resource === null)
    context.preconditions.requireMembershipUnlocked(destination.path, submitted);
  else context.preconditions.requireTreeUnlocked(destination.path, submitted);
}

async function answer(
  context: DavContext,
  { reply }: Exchange,
  { destination }: Transfer,
  paths: readonly DavPath[],
  act: () => Promise<readonly MemberFailure[]>,
): Promise<void> {
  const { resource, path } = destination;
  const failures = await context.writesUnderWay.run(paths, () => displacing(context, resource, path, act));
  if (failures.length === 0) {
    await reply.code(resource === null ? 201 : 204).send();
    return;
  }
  throwOwnFailure(failures, path);
  await reply.code(207).header('content-type', XML_CONTENT_TYPE).send(failuresBody(context, failures));
}

async function moveResource(context: DavContext, { source, destination, parent }: Transfer): Promise<void> {
  const writer = requireWriter(context);
  if (source.kind !== 'local') {
    await writer.move(source, parent.id, destination.name);
    return;
  }
  if (staysLocal(source, destination.name)) {
    context.localFiles.move(source, parent.id, lastName(destination.path));
    return;
  }
  const written = await uploadLocal(context, source, parent, destination.name);
  context.deadProperties.move(resourceKey(source), resourceKey(written));
  context.localFiles.remove(source);
}

/** Copies the resource; what fails below a folder is listed, what fails at the top is thrown. */
async function copyTree(
  context: DavContext,
  { source, destination, parent, deep }: Transfer,
): Promise<readonly MemberFailure[]> {
  const copied = await copyOne(context, source, parent, destination.name, lastName(destination.path));
  context.deadProperties.copy(resourceKey(source), resourceKey(copied));
  if (source.kind !== 'folder' || copied.kind !== 'folder' || !deep) return [];
  const failures: MemberFailure[] = [];
  for (const child of [...context.tree.children(source)]) {
    const path = joinPath(destination.path, child.name);
    const to: Place = { path, resource: null, parent: copied, name: writableName(child) };
    try {
      const below = { source: child, from: path, destination: to, parent: copied, deep };
      failures.push(...(await copyTree(context, below)));
    } catch (error) {
      failures.push({ path, isFolder: child.kind === 'folder', failure: asBridgeError(error) });
    }
  }
  return failures;
}

async function copyOne(
  context: DavContext,
  source: Resource,
  parent: FolderEntry,
  name: string,
  localName: string,
): Promise<Resource> {
  const writer = requireWriter(context);
  switch (source.kind) {
    case 'folder':
      return writer.makeFolder(parent.id, name);
    case 'file':
      return writer.copy(source, parent.id, name);
    case 'local':
      return staysLocal(source, name)
        ? context.localFiles.write(parent.id, localName, context.localFiles.read(source.id))
        : uploadLocal(context, source, parent, name);
  }
}

function staysLocal(source: LocalFile, name: string): boolean {
  return source.size === 0 || isDesktopBookkeeping(name);
}

/** Bookkeeping that gets the name of a person's file becomes one. */
function uploadLocal(
  context: DavContext,
  source: LocalFile,
  parent: FolderEntry,
  name: string,
): Promise<Resource> {
  const content = context.localFiles.read(source.id);
  const chunks = (async function* () {
    yield await Promise.resolve(content);
  })();
  return requireWriter(context).upload(parent.id, name, { size: content.length, chunks });
}
