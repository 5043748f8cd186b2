import { escapeXml } from '../xml/escape-xml.ts';

/** An element of a request body, its names resolved to namespaces. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
}

export interface XmlAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

export const DAV = 'DAV:';
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** As `escapeXml`, for a value in double quotes. */
function escapeAttribute(value: string): string {
  return escapeXml(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

function isElement(child: XmlElement | string): child is XmlElement {
  return typeof child !== 'string';
}

export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter(isElement);
}

export function davChild(element: XmlElement, name: string): XmlElement | undefined {
  return childElements(element).find((child) => child.namespace === DAV && child.name === name);
}

/** Writes an element so that it means the same wherever it is put: every element declares its own namespace. */
export function serialise(element: XmlElement): string {
  const opening = [element.name, `xmlns="${escapeAttribute(element.namespace)}"`];
  element.attributes.forEach((attribute, index) => {
    const value = escapeAttribute(attribute.value);
    if (attribute.namespace === '') opening.push(`${attribute.name}="${value}"`);
    else if (attribute.namespace === XML_NAMESPACE) opening.push(`xml:${attribute.name}="${value}"`);
    else {
      opening.push(
        `xmlns:a${index}="${escapeAttribute(attribute.namespace)}"`,
        `a${index}:${attribute.name}="${value}"`,
      );
    }
  });
  const content = serialiseContent(element);
  return content === '' ? `<${opening.join(' ')}/>` : `<${opening.join(' ')}>${content}</${element.name}>`;
}

export function serialiseContent(element: XmlElement): string {
  return element.children.map((child) => (isElement(child) ? serialise(child) : escapeXml(child))).join('');
}
