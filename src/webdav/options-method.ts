import { allowedMethods } from './allow.ts';
import type { DavContext, Exchange } from './exchange.ts';

/**
 * RFC 4918 sections 10.1 and 18. Class 2 (locks) is named only where writing is on: macOS takes it as the sign
 * that a volume can be written to, and mounts read-only without it.
 */
export async function options(context: DavContext, { reply, place }: Exchange): Promise<void> {
  await reply
    .code(200)
    .header('dav', context.writer === null ? '1, 3' : '1, 2, 3')
    .header('ms-author-via', 'DAV')
    .header('allow', allowedMethods(context, place).join(', '))
    .header('content-length', '0')
    .send();
}
