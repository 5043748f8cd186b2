import type { EmulatedAccount } from './account.ts';
import type { EmulatedFolder } from './emulated-entry.ts';
import { ROOT_ID } from './emulated-entry.ts';
import type { ApiContext, Endpoint, Fields, Outcome } from './api-call.ts';
import type { Refusal } from './ko.ts';
import { isRefusal, refuse } from './ko.ts';
import { acceptedName, folderNameTaken } from './naming.ts';

const SHARE_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHARE_LENGTH = 8;

/** API document 2.11. */
function make(fields: Fields, { account, quirks }: ApiContext): Outcome {
  const parentId = fields.integer('folder_id') ?? ROOT_ID;
  const name = acceptedName(fields.text('name'), quirks);
  if (typeof name !== 'string') return name;
  if (account.folder(parentId) === undefined) return refuse('folder-not-found', quirks.notFoundStatus);
  if (folderNameTaken(account, parentId, name, quirks)) return refuse('folder-exists');
  return { status: 'OK', folder_id: account.addFolder(parentId, name), name, message: 'Folder created' };
}

/** API document 2.12. */
function move(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const folder = ownFolder(fields, context);
  if (isRefusal(folder)) return folder;
  const wanted = fields.has('rename') ? acceptedName(fields.text('rename'), quirks) : folder.name;
  if (typeof wanted !== 'string') return wanted;
  const stays = fields.has('rename') && quirks.folderRenameIgnoresDestination;
  const parentId = (stays ? null : fields.integer('destination_folder_id')) ?? folder.parentId ?? ROOT_ID;
  if (account.folder(parentId) === undefined) return refuse('folder-not-found', quirks.notFoundStatus);
  if (isWithin(account, parentId, folder.id)) return refuse('folder-within-itself');
  if (parentId === folder.parentId && wanted === folder.name) return refuse('nothing-moved');
  if (folderNameTaken(account, parentId, wanted, quirks)) return refuse('folder-exists');

  if (parentId !== folder.parentId) account.moveFolder(folder.id, parentId);
  if (wanted !== folder.name) account.renameFolder(folder.id, wanted);
  return { status: 'OK', message: 'Folder moved', old_name: folder.name, new_name: wanted };
}

/** API document 2.13. */
function remove(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const folder = ownFolder(fields, context);
  if (isRefusal(folder)) return folder;
  const empty = account.files(folder.id).length === 0 && account.folders(folder.id).length === 0;
  if (!empty && quirks.removeOnlyEmptyFolders) return refuse('folder-not-empty');
  account.removeFolder(folder.id);
  return { status: 'OK', message: 'Folder removed' };
}

/** API document 2.14. */
function share(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks, random } = context;
  const folder = ownFolder(fields, context);
  if (isRefusal(folder)) return folder;
  const password = fields.text('pass') ?? '';
  if (password !== '' && password.length < quirks.shortestPassword) return refuse('password-short');
  const shared = fields.flag('share');
  const sharedAs = shared ? (folder.sharedAs ?? shareName(random)) : null;
  account.changeFolder(folder.id, { sharedAs, password: shared ? password : '' });
  const url = sharedAs === null ? '' : `https://1fichier.com/dir/${sharedAs}`;
  return { status: 'OK', url, message: '' };
}

export const FOLDER_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'folder/mkdir': { fields: ['name', 'folder_id', 'sharing_user'], answer: make },
  'folder/mv': {
    fields: ['folder_id', 'destination_folder_id', 'destination_user', 'rename'],
    answer: move,
  },
  'folder/rm': { fields: ['folder_id'], answer: remove },
  'folder/share': { fields: ['folder_id', 'share', 'pass', 'shares'], answer: share },
};

/** The folder a call names; the root is nobody's to change. */
function ownFolder(fields: Fields, { account, quirks }: ApiContext): EmulatedFolder | Refusal {
  const id = fields.integer('folder_id');
  if (id === null) return refuse('parameter-missing');
  const folder = id === ROOT_ID ? undefined : account.folder(id);
  return folder ?? refuse('folder-not-found', quirks.notFoundStatus);
}

function isWithin(account: EmulatedAccount, folderId: number, ancestorId: number): boolean {
  for (let at: number | null = folderId; at !== null; at = account.folder(at)?.parentId ?? null) {
    if (at === ancestorId) return true;
  }
  return false;
}

function shareName(random: () => number): string {
  const draw = (): string => SHARE_CHARACTERS.charAt(Math.floor(random() * SHARE_CHARACTERS.length));
  return Array.from({ length: SHARE_LENGTH }, draw).join('');
}
