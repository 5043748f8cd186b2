import { BridgeError } from '../errors.ts';
import { requireWriter, type DavContext, type Exchange } from './exchange.ts';
import { XML_CONTENT_TYPE } from './multistatus.ts';
import { failuresBody, removeTree, throwOwnFailure } from './removal.ts';

/** RFC 4918 section 9.6. Once begun it is seen through, whether or not the client still waits. */
export async function remove(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  requireWriter(context);
  const { resource, path } = place;
  if (resource === null) throw new BridgeError('not-found', 'nothing is there');
  if (path === '/') throw new BridgeError('forbidden', 'the root of the library cannot be removed');
  const depth = request.headers.depth ?? 'infinity';
  if (resource.kind === 'folder' && depth !== 'infinity') {
    throw new BridgeError('bad-request', 'a folder is removed with Depth infinity only');
  }
  const submitted = context.preconditions.judge(request, place);
  context.preconditions.requireTreeUnlocked(path, submitted);

  const failures = await context.writesUnderWay.run([path], () => removeTree(context, resource, path));
  if (failures.length === 0) {
    context.locks.releaseTree(path);
    await reply.code(204).send();
    return;
  }
  throwOwnFailure(failures, path);
  await reply.code(207).header('content-type', XML_CONTENT_TYPE).send(failuresBody(context, failures));
}
