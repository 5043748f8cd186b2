import { BridgeError } from '../../errors.ts';
import type { ListOrder } from '../../library/library.ts';

/** Reads `?sort=name|size|date&order=asc|desc`. @throws BridgeError `bad-request`. */
export function listOrder(query: { readonly sort?: unknown; readonly order?: unknown }): ListOrder {
  const { sort = 'name', order = 'asc' } = query;
  if (sort !== 'name' && sort !== 'size' && sort !== 'date') {
    throw new BridgeError('bad-request', 'sort must be name, size or date');
  }
  if (order !== 'asc' && order !== 'desc') throw new BridgeError('bad-request', 'order must be asc or desc');
  return { by: sort, descending: order === 'desc' };
}
