import { BridgeError } from '../errors.ts';
import type { PropertyChange } from './dead-properties.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { liveProperty } from './live-properties.ts';
import { multistatus, propertiesResponse, propstat, XML_CONTENT_TYPE } from './multistatus.ts';
import { emptyElement } from './propfind.ts';
import { readBody } from './request-body.ts';
import { parseXml } from './request-xml.ts';
import { resourceKey } from './resource.ts';
import { childElements, DAV, davChild, serialise, XML_NAMESPACE, type XmlElement } from './xml.ts';

/** Windows sets times and attributes here that have no meaning on 1fichier; it gives up on a file when refused. */
const WINDOWS_NAMESPACE = 'urn:schemas-microsoft-com:';

/** RFC 4918 section 9.2: all changes or none. */
export async function proppatch(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  requireWriter(context);
  const { resource, path } = place;
  const body = await readBody(request.raw, context.clock, context.limits.xml);
  if (resource === null) throw new BridgeError('not-found', 'nothing is there');
  const submitted = context.preconditions.judge(request, place);
  context.preconditions.requireUnlocked(path, submitted);

  const changes = readChanges(parseXml(body, context.limits.xml));
  const isProtected = ({ property }: PropertyChange): boolean =>
    property.namespace === DAV && liveProperty(property.name) !== undefined;
  const refused = changes.filter(isProtected);
  const rest = changes.filter((change) => !isProtected(change));
  if (refused.length === 0) {
    const kept = changes.filter(({ property }) => property.namespace !== WINDOWS_NAMESPACE);
    context.deadProperties.change(resourceKey(resource), kept);
  }
  const propstats =
    refused.length === 0
      ? propstat(200, elements(changes))
      : propstat(403, elements(refused), '<D:error><D:cannot-modify-protected-property/></D:error>') +
        propstat(424, elements(rest));
  const href = context.addresses.href(path, resource.kind === 'folder');
  await reply
    .code(207)
    .header('content-type', XML_CONTENT_TYPE)
    .send(multistatus([propertiesResponse(href, propstats)]));
}

/** The changes of a DAV:propertyupdate in the order of the document. */
function readChanges(root: XmlElement): PropertyChange[] {
  if (root.namespace !== DAV || root.name !== 'propertyupdate') {
    throw new BridgeError('bad-request', 'the body is not a DAV:propertyupdate element');
  }
  return childElements(root).flatMap((instruction) => {
    const action = actionOf(instruction);
    const properties = davChild(instruction, 'prop');
    if (action === null || properties === undefined) return [];
    return childElements(properties).map((element): PropertyChange => {
      const { namespace, name } = element;
      if (action === 'remove') return { action, property: { namespace, name } };
      const xml = serialise(withLanguage(element, [properties, instruction, root]));
      return { action, property: { namespace, name, xml } };
    });
  });
}

function actionOf({ namespace, name }: XmlElement): PropertyChange['action'] | null {
  return namespace === DAV && (name === 'set' || name === 'remove') ? name : null;
}

/** RFC 4918 section 4.3: a language that is in scope of the property's element belongs to the property. */
function withLanguage(element: XmlElement, ancestors: readonly XmlElement[]): XmlElement {
  for (const scope of [element, ...ancestors]) {
    const language = scope.attributes.find(
      ({ namespace, name }) => namespace === XML_NAMESPACE && name === 'lang',
    );
    if (language === undefined) continue;
    return scope === element ? element : { ...element, attributes: [...element.attributes, language] };
  }
  return element;
}

function elements(changes: readonly PropertyChange[]): string {
  const distinct = new Set(changes.map(({ property }) => emptyElement(property.namespace, property.name)));
  return [...distinct].join('');
}
