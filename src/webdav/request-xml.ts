import sax from 'sax';
import { BridgeError } from '../errors.ts';
import { XML_NAMESPACE, type XmlAttribute, type XmlElement } from './xml.ts';

/** Most that a request body of XML may hold. */
export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly elements: number;
}

const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

/** `strictEntities`, which the types lack, leaves only the five entities of XML itself. */
const PARSER_OPTIONS: sax.SAXOptions & { strictEntities: boolean } = { xmlns: true, strictEntities: true };

/**
 * Parses a body of XML with namespaces. Document type declarations, and with them entities of the sender's own,
 * are refused (RFC 4918 section 20.6).
 *
 * @throws BridgeError `bad-request` when it is not well-formed or goes beyond a limit.
 */
export function parseXml(bytes: Buffer, limits: XmlLimits): XmlElement {
  const tree = new TreeBuilder(limits);
  const parser = sax.parser(true, PARSER_OPTIONS);
  parser.ondoctype = () => refuse('document type declarations are not accepted');
  parser.onerror = (error) => refuse(error.message.split('\n', 1)[0] ?? 'a syntax error');
  parser.onopentag = (tag) => tree.open(tag as sax.QualifiedTag);
  parser.onclosetag = () => tree.close();
  parser.ontext = (text) => tree.text(text);
  parser.oncdata = (text) => tree.text(text);
  parser.write(decode(bytes)).close();
  return tree.root() ?? refuse('it has no element');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BridgeError('bad-request', 'the body is not UTF-8', { cause: error });
  }
}

function refuse(reason: string): never {
  throw new BridgeError('bad-request', `the XML of the request is refused: ${reason}`);
}

type OpenElement = XmlElement & { readonly children: (XmlElement | string)[] };

class TreeBuilder {
  readonly #limits: XmlLimits;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | null = null;
  #elements = 0;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  open(tag: sax.QualifiedTag): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) refuse('too many elements');
    if (this.#open.length >= this.#limits.depth) refuse('elements too deep in each other');
    const element: OpenElement = {
      namespace: tag.uri,
      name: tag.local,
      attributes: attributesOf(tag),
      children: [],
    };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  close(): void {
    this.#open.pop();
  }

  text(text: string): void {
    this.#open.at(-1)?.children.push(text);
  }

  root(): XmlElement | null {
    return this.#root;
  }
}

function attributesOf(tag: sax.QualifiedTag): XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (const { prefix, local, uri, value } of Object.values(tag.attributes)) {
    const declaresPrefix = prefix === 'xmlns' && local !== '';
    // Namespaces in XML 1.0 section 5 (constraint "No Prefix Undeclaring"), which sax lets pass.
    if (declaresPrefix && value === '') refuse(`the prefix ${local} is bound to no namespace`);
    const declaration = prefix === 'xmlns' || uri === XMLNS_NAMESPACE || local === 'xmlns';
    if (!declaration)
      attributes.push({ namespace: prefix === 'xml' ? XML_NAMESPACE : uri, name: local, value });
  }
  return attributes;
}
