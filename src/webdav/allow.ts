import type { DavContext } from './exchange.ts';
import type { Place } from './resource.ts';

/** The methods that make sense at a place as it is now (RFC 9110 section 10.2.1). */
export function allowedMethods(context: Pick<DavContext, 'writer'>, place: Place): readonly string[] {
  const writable = context.writer !== null;
  if (place.resource === null) {
    const canBeMade = writable && place.parent !== null;
    return canBeMade ? ['OPTIONS', 'PUT', 'MKCOL', 'LOCK', 'UNLOCK'] : ['OPTIONS'];
  }
  const methods = ['OPTIONS', 'GET', 'HEAD', 'PROPFIND'];
  if (!writable) return methods;
  methods.push('PROPPATCH', 'COPY', 'LOCK', 'UNLOCK');
  if (place.path !== '/') methods.push('DELETE', 'MOVE');
  if (place.resource.kind !== 'folder') methods.push('PUT');
  return methods;
}
