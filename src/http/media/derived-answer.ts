import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, type FileEntry } from '../../library/entry.ts';
import { weighPreconditions } from '../../streaming/conditions.ts';
import { abortOnClose } from '../abort-on-close.ts';

interface Derived {
  /** Names what is made of the file, for the entity tag. */
  readonly what: string;
  readonly contentType: string;
  make(signal: AbortSignal): Promise<Buffer>;
}

/** An address that names the version of the file says the same for ever; any other is asked again after a while. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const FOR_A_WHILE = 'private, max-age=3600';

/** Answers with something made of a file, or with 304 without making it. `version` is what the address names, if any. */
export async function answerDerived(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileEntry,
  version: string | undefined,
  derived: Derived,
): Promise<void> {
  const tag = `${entityTag(file).slice(0, -1)}-${derived.what}"`;
  reply.headers({
    etag: tag,
    'cache-control': version === file.version ? FOR_EVER : FOR_A_WHILE,
    'x-content-type-options': 'nosniff',
  });
  // Whether it was made before or after some date says nothing about what it shows.
  const ifNoneMatch = request.headers['if-none-match'];
  const conditions = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
  const validators = { entityTag: tag, modifiedAt: file.modifiedAt };
  if (weighPreconditions(request.method, conditions, validators) === 'not-modified') {
    await reply.code(304).send();
    return;
  }
  await reply.type(derived.contentType).send(await derived.make(abortOnClose(reply.raw)));
}
