import { BridgeError } from '../errors.ts';
import type { FolderEntry } from '../library/entry.ts';
import { DavError } from './dav-error.ts';
import type { DeadProperty } from './dead-properties.ts';
import type { DavContext, Exchange } from './exchange.ts';
import { LIVE_PROPERTIES, liveProperty, QUOTA_PROPERTIES, type LiveContext } from './live-properties.ts';
import { multistatus, propertiesResponse, propstat, XML_CONTENT_TYPE } from './multistatus.ts';
import { joinPath, type DavPath } from './path.ts';
import { readBody } from './request-body.ts';
import { parseXml } from './request-xml.ts';
import { resourceKey, type Resource } from './resource.ts';
import { childElements, DAV, davChild, serialise, type XmlElement } from './xml.ts';

interface PropertyName {
  readonly namespace: string;
  readonly name: string;
}

/** What a PROPFIND asks for (RFC 4918 section 14.20). */
type Question =
  | { readonly kind: 'names' }
  /** All properties, and those named that `allprop` alone would leave out. */
  | { readonly kind: 'all'; readonly included: readonly PropertyName[] }
  | { readonly kind: 'named'; readonly names: readonly PropertyName[] };

/** The propstats of one resource. */
type Answer = (resource: Resource, path: DavPath) => string;

/** RFC 4918 section 9.1. */
export async function propfind(context: DavContext, exchange: Exchange): Promise<void> {
  const { request, reply, place } = exchange;
  const depth = readDepth(request.headers.depth);
  const question = readQuestion(await readBody(request.raw, context.clock, context.limits.xml), context);
  const { resource, path } = place;
  if (resource === null) throw new BridgeError('not-found', 'nothing is there');
  if (depth === 'infinity' && resource.kind === 'folder') requireCountable(context, resource);
  if (depth !== '0' && resource.kind === 'folder') context.library.noteOpened(resource.id);

  const answer = answerTo(question, isBrief(request.headers), context, {
    locks: context.locks,
    addresses: context.addresses,
    writable: context.writer !== null,
    quota: asksForQuota(question) ? await context.quota() : null,
  });
  const href = context.addresses.href(path, resource.kind === 'folder');
  const top = { resource, path, href };
  const found = resource.kind === 'folder' ? walk(context, { ...top, resource }, depth) : [top];
  const body = multistatus(responses(found, answer));
  await reply.code(207).header('content-type', XML_CONTENT_TYPE).send(body);
}

type Depth = '0' | '1' | 'infinity';

/** A missing Depth means infinity (RFC 4918 section 9.1). */
function readDepth(header: string | string[] | undefined): Depth {
  const depth = header ?? 'infinity';
  if (depth === '0' || depth === '1') return depth;
  if (typeof depth === 'string' && depth.toLowerCase() === 'infinity') return 'infinity';
  throw new BridgeError('bad-request', 'Depth is neither 0, 1 nor infinity');
}

function readQuestion(body: Buffer, context: DavContext): Question {
  if (body.length === 0) return { kind: 'all', included: [] };
  const root = parseXml(body, context.limits.xml);
  if (root.namespace !== DAV || root.name !== 'propfind') {
    throw new BridgeError('bad-request', 'the body is not a DAV:propfind element');
  }
  const named = davChild(root, 'prop');
  if (named !== undefined) return { kind: 'named', names: distinctNames(named) };
  if (davChild(root, 'propname') !== undefined) return { kind: 'names' };
  if (davChild(root, 'allprop') !== undefined) {
    const include = davChild(root, 'include');
    return { kind: 'all', included: include === undefined ? [] : distinctNames(include) };
  }
  throw new BridgeError('bad-request', 'the DAV:propfind element asks for nothing');
}

function distinctNames(element: XmlElement): PropertyName[] {
  const byName = new Map<string, PropertyName>();
  for (const { namespace, name } of childElements(element))
    byName.set(`${namespace} ${name}`, { namespace, name });
  return [...byName.values()];
}

function asksForQuota(question: Question): boolean {
  if (question.kind === 'names') return false;
  const names = question.kind === 'all' ? question.included : question.names;
  return names.some(({ namespace, name }) => namespace === DAV && QUOTA_PROPERTIES.has(name));
}

/** RFC 8144 section 2.1, and the older header of Microsoft with the same meaning: leave out what is not there. */
function isBrief(headers: Exchange['request']['headers']): boolean {
  return headers.brief === 't' || /\breturn\s*=\s*"?minimal\b/i.test(String(headers.prefer ?? ''));
}

function requireCountable(context: DavContext, root: FolderEntry): void {
  const most = context.limits.infinityEntries;
  let entries = 1;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined && entries <= most; folder = folders.pop()) {
    const { files, folders: subfolders } = context.library.contents(folder.id);
    entries += files + subfolders;
    if (subfolders === 0 || entries > most) continue;
    for (const child of context.library.children(folder.id)) {
      if (child.kind !== 'folder') break;
      folders.push(child);
    }
  }
  if (entries <= most) return;
  throw new DavError(
    'forbidden',
    most === 0
      ? 'Depth infinity is not answered; ask folder by folder with Depth 1'
      : `Depth infinity is answered for at most ${most} entries; ask folder by folder with Depth 1`,
    '<D:propfind-finite-depth/>',
  );
}

interface Found<Kind extends Resource = Resource> {
  readonly resource: Kind;
  readonly path: DavPath;
  readonly href: string;
}

function* walk(context: DavContext, folder: Found<FolderEntry>, depth: Depth): Generator<Found> {
  yield folder;
  if (depth === '0') return;
  for (const resource of context.tree.children(folder.resource)) {
    const path = joinPath(folder.path, resource.name);
    const href = folder.href + encodeURIComponent(resource.name);
    if (resource.kind !== 'folder') yield { resource, path, href };
    else if (depth === '1') yield { resource, path, href: `${href}/` };
    else yield* walk(context, { resource, path, href: `${href}/` }, depth);
  }
}

function* responses(found: Iterable<Found>, answer: Answer): Generator<string> {
  for (const { resource, path, href } of found) yield propertiesResponse(href, answer(resource, path));
}

function answerTo(question: Question, brief: boolean, context: DavContext, live: LiveContext): Answer {
  switch (question.kind) {
    case 'named':
      return answerNamed(question.names, brief, (resource) => deadOf(context, resource), live);
    case 'all':
      return answerAll(question.included, context, live);
    case 'names':
      return answerNames(context, live);
  }
}

/** Prepared once for a request, since it runs once for each of maybe many thousand entries. */
function answerNamed(
  names: readonly PropertyName[],
  brief: boolean,
  dead: (resource: Resource) => readonly DeadProperty[],
  live: LiveContext,
): Answer {
  const prepared = names.map(({ namespace, name }) => ({
    namespace,
    name,
    opening: `<D:${name}>`,
    closing: `</D:${name}>`,
    empty: emptyElement(namespace, name),
    live: namespace === DAV ? liveProperty(name) : undefined,
  }));
  return (resource, path) => {
    const set = dead(resource);
    let present = '';
    let missing = '';
    for (const property of prepared) {
      const value = property.live?.(resource, path, live) ?? null;
      const kept = value === null ? findDead(set, property) : undefined;
      if (value !== null)
        present += value === '' ? property.empty : property.opening + value + property.closing;
      else if (kept !== undefined) present += kept.xml;
      else missing += property.empty;
    }
    return propstat(200, present) + (brief ? '' : propstat(404, missing));
  };
}

function answerAll(included: readonly PropertyName[], context: DavContext, live: LiveContext): Answer {
  const includedLive = included.filter(({ namespace }) => namespace === DAV).map(({ name }) => name);
  const names = [...new Set([...LIVE_PROPERTIES.keys(), ...includedLive])];
  const answerLive = answerNamed(
    names.map((name) => ({ namespace: DAV, name })),
    true,
    () => [],
    live,
  );
  return (resource, path) => {
    const dead = deadOf(context, resource).map(({ xml }) => xml);
    return answerLive(resource, path) + propstat(200, dead.join(''));
  };
}

function answerNames(context: DavContext, live: LiveContext): Answer {
  return (resource, path) => {
    let names = '';
    for (const [name, property] of LIVE_PROPERTIES) {
      if (property(resource, path, live) !== null) names += `<D:${name}/>`;
    }
    for (const { namespace, name } of deadOf(context, resource)) {
      names += emptyElement(namespace, name);
    }
    return propstat(200, names);
  };
}

function deadOf(context: DavContext, resource: Resource): readonly DeadProperty[] {
  return context.deadProperties.isEmpty ? [] : context.deadProperties.of(resourceKey(resource));
}

function findDead(dead: readonly DeadProperty[], wanted: PropertyName): DeadProperty | undefined {
  return dead.find(({ namespace, name }) => namespace === wanted.namespace && name === wanted.name);
}

export function emptyElement(namespace: string, name: string): string {
  return namespace === DAV ? `<D:${name}/>` : serialise({ namespace, name, attributes: [], children: [] });
}
