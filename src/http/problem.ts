import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { failureOf, sayWhenToRetry } from './failure.ts';

/** The JSON body of every answer that reports a failure. */
interface Problem {
  readonly error: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  /** UTC moment from which another try makes sense; null: not known. */
  readonly retryAt: string | null;
}

/** Answers failures with their status, a short JSON body, and Retry-After where the moment is known. */
export const problemAnswers = fastifyPlugin<{ clock: Clock }>((server, { clock }, done) => {
  server.setErrorHandler((thrown, request, reply) => {
    const failure = failureOf(thrown);
    logFailure(request, failure);
    return sendProblem(reply, failure, clock.now());
  });
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new BridgeError('not-found', 'there is nothing at this address'), clock.now()),
  );
  done();
});

export function sendProblem(reply: FastifyReply, failure: BridgeError, now: number): FastifyReply {
  // What describes the content that failed must not describe the report of the failure.
  for (const name of CONTENT_HEADERS) reply.removeHeader(name);
  sayWhenToRetry(reply, failure, now);
  const problem: Problem = {
    error: failure.kind,
    message: failure.message,
    hint: failure.hint,
    retryable: failure.retryable,
    retryAt: failure.retryAt === undefined ? null : new Date(failure.retryAt).toISOString(),
  };
  return reply
    .code(failure.httpStatus)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problem);
}

const CONTENT_HEADERS = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'content-security-policy',
  'etag',
  'last-modified',
];

function logFailure(request: FastifyRequest, failure: BridgeError): void {
  if (failure.kind === 'internal') request.log.error({ err: failure }, failure.message);
  else if (failure.httpStatus >= 500 && failure.kind !== 'cancelled') {
    request.log.warn({ kind: failure.kind }, failure.message);
  } else request.log.debug({ kind: failure.kind }, failure.message);
}
