import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BridgeError } from '../errors.ts';
import { sayWhenToRetry } from '../http/failure.ts';
import { sendProblem } from '../http/problem.ts';
import { DavError } from './dav-error.ts';
import { XML_CONTENT_TYPE } from './multistatus.ts';
import { escapeXml } from '../xml/escape-xml.ts';

const BRIDGE_NAMESPACE = 'urn:fichier-bridge:error';

/**
 * Answers with a `DAV:error` body (RFC 4918 section 16) that also says in words what happened and what helps; to who asks
 * for JSON, as commands do, as the JSON API does.
 */
export async function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: BridgeError,
  now: number,
): Promise<void> {
  if (request.headers.accept === 'application/json') {
    await sendProblem(reply, failure, now);
    return;
  }
  const condition = failure instanceof DavError ? failure.condition : '';
  const body =
    `<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:">${condition}` +
    `<B:failure xmlns:B="${BRIDGE_NAMESPACE}"><B:kind>${failure.kind}</B:kind>` +
    `<B:message>${escapeXml(failure.message)}</B:message><B:hint>${escapeXml(failure.hint)}</B:hint>` +
    `</B:failure></D:error>`;
  sayWhenToRetry(reply, failure, now);
  await reply.code(failure.httpStatus).header('content-type', XML_CONTENT_TYPE).send(body);
}
