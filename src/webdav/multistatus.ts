import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { escapeXml } from '../xml/escape-xml.ts';

/** Characters gathered before they are handed to the socket. */
const CHUNK_CHARACTERS = 64 * 1024;

const OPENING = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const CLOSING = '</D:multistatus>';

export const XML_CONTENT_TYPE = 'application/xml; charset=utf-8';

/** The value of a `DAV:status` element. */
function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

/** A `DAV:propstat`; empty when there is nothing to put into it. */
export function propstat(status: number, propertiesXml: string, inner = ''): string {
  if (propertiesXml === '') return '';
  return `<D:propstat><D:prop>${propertiesXml}</D:prop><D:status>${statusLine(status)}</D:status>${inner}</D:propstat>`;
}

/** One `DAV:response` from an escaped href and its propstats. */
export function propertiesResponse(href: string, propstats: string): string {
  const content = propstats === '' ? propstatOfNothing() : propstats;
  return `<D:response><D:href>${href}</D:href>${content}</D:response>\n`;
}

function propstatOfNothing(): string {
  return `<D:propstat><D:prop/><D:status>${statusLine(200)}</D:status></D:propstat>`;
}

/** One `DAV:response` that says how a member of a recursive method failed. */
export function failureResponse(href: string, status: number, message: string): string {
  return (
    `<D:response><D:href>${href}</D:href><D:status>${statusLine(status)}</D:status>` +
    `<D:responsedescription>${escapeXml(message)}</D:responsedescription></D:response>\n`
  );
}

/**
 * The body of a 207 answer, made while it is sent: only as far as the client takes it, and never for longer than
 * one chunk without letting other requests have their turn.
 */
export function multistatus(responses: Iterable<string>): Readable {
  return Readable.from(chunksOf(responses), { objectMode: false, highWaterMark: 2 * CHUNK_CHARACTERS });
}

async function* chunksOf(responses: Iterable<string>): AsyncGenerator<Buffer> {
  let pending = OPENING;
  for (const response of responses) {
    pending += response;
    if (pending.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(pending);
    pending = '';
    await nextTurn();
  }
  yield Buffer.from(pending + CLOSING);
}
