import { BridgeError } from '../errors.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { requireParent } from './resource.ts';

/** RFC 4918 section 9.3. */
export async function mkcol(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  const writer = requireWriter(context);
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {
    throw new BridgeError('unsupported-media-type', 'MKCOL takes no body');
  }
  if (place.resource !== null) throw new BridgeError('method-not-allowed', 'something is there already');
  const parent = requireParent(place);
  const submitted = context.preconditions.judge(request, place);
  context.preconditions.requireMembershipUnlocked(place.path, submitted);
  await context.writesUnderWay.run([place.path], () => writer.makeFolder(parent.id, place.name));
  await reply.code(201).send();
}
