import type { FastifyReply } from 'fastify';
import { asBridgeError, BridgeError } from '../errors.ts';
import { DavError } from './dav-error.ts';
import { XML_CONTENT_TYPE } from './multistatus.ts';
import { escapeXml } from './xml.ts';

const BRIDGE_NAMESPACE = 'urn:fichier-bridge:error';

/** Gives what a route threw as a BridgeError; Fastify's own refusals of a request keep being the client's fault. */
export function failureOf(thrown: unknown): BridgeError {
  if (thrown instanceof Error && 'statusCode' in thrown && !(thrown instanceof BridgeError)) {
    const status = Number(thrown.statusCode);
    if (status >= 400 && status < 500)
      return new BridgeError('bad-request', thrown.message, { cause: thrown });
  }
  return asBridgeError(thrown);
}

/** Answers with a `DAV:error` body (RFC 4918 section 16) that also says in words what happened and what helps. */
export async function sendFailure(reply: FastifyReply, failure: BridgeError): Promise<void> {
  const condition = failure instanceof DavError ? failure.condition : '';
  const body =
    `<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:">${condition}` +
    `<B:failure xmlns:B="${BRIDGE_NAMESPACE}"><B:kind>${failure.kind}</B:kind>` +
    `<B:message>${escapeXml(failure.message)}</B:message><B:hint>${escapeXml(failure.hint)}</B:hint>` +
    `</B:failure></D:error>`;
  if (failure.retryAt !== undefined) reply.header('retry-after', retryAfter(failure.retryAt));
  await reply.code(failure.httpStatus).header('content-type', XML_CONTENT_TYPE).send(body);
}

/** RFC 9110 section 10.2.3, as a date. */
function retryAfter(at: number): string {
  return new Date(at).toUTCString();
}
