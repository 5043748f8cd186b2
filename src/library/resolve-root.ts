import type { CallOptions, FichierApi } from '../fichier/api.ts';
import { BridgeError } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import { collisionKey } from './names.ts';

const ACCOUNT_ROOT = 0;

/**
 * Finds the folder that FICHIER_ROOT means: an id, or a path of remote names from the account's root. A path is
 * walked once and then remembered, so that the next start needs no call.
 *
 * @throws BridgeError `folder-not-found`, or what the API says.
 */
export async function resolveRoot(
  database: Database,
  api: Pick<FichierApi, 'listFolder'>,
  setting: string,
  options: CallOptions,
): Promise<number> {
  const names = setting.split('/').filter((name) => name !== '');
  if (names.length === 0) return ACCOUNT_ROOT;
  if (/^\d+$/.test(setting)) return Number(setting);
  const known = new Query<{ folder_id: number }>(
    database,
    'SELECT folder_id FROM resolved_root WHERE setting = ?',
  ).get(setting);
  if (known !== undefined) return known.folder_id;
  let folderId = ACCOUNT_ROOT;
  for (const name of names) {
    const { folders } = await api.listFolder(folderId, options);
    const folder =
      folders.find((candidate) => candidate.name === name) ??
      folders.find((candidate) => collisionKey(candidate.name) === collisionKey(name));
    if (folder === undefined) {
      throw new BridgeError('folder-not-found', `FICHIER_ROOT: there is no folder ${name} in ${setting}`);
    }
    folderId = folder.id;
  }
  new Query(database, 'INSERT OR REPLACE INTO resolved_root VALUES (?, ?)').run(setting, folderId);
  return folderId;
}
