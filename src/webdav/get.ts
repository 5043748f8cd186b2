import { BridgeError } from '../errors.ts';
import { httpDate } from '../http/http-date.ts';
import type { DavContext, Exchange } from './exchange.ts';
import { encodePath } from './path.ts';
import { resourceTag } from './resource.ts';

/** GET and HEAD. A folder is shown to people by the library pages. */
export async function get(context: DavContext, { request, reply, place }: Exchange): Promise<void> {
  const { resource, path } = place;
  switch (resource?.kind) {
    case undefined:
      throw new BridgeError('not-found', 'nothing is there');
    case 'folder':
      await reply.redirect(`/library${encodePath(path)}${path === '/' ? '' : '/'}`);
      return;
    case 'file':
      await context.serveFile(request, reply, resource);
      return;
    case 'local':
      await reply
        .header('content-type', 'application/octet-stream')
        .header('etag', resourceTag(resource))
        .header('last-modified', httpDate(resource.modifiedAt))
        .send(context.localFiles.read(resource.id));
  }
}
