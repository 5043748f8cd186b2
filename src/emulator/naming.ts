import type { EmulatedAccount } from './account.ts';
import type { Refusal } from './ko.ts';
import { refuse } from './ko.ts';
import type { Quirks } from './quirks.ts';

/** What names cannot hold (API document section 4). */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\\/<>"'$`\x00-\x1f\x7f]/g;

/** The name as the account will hold it, or why it cannot. */
export function acceptedName(name: string | null, quirks: Quirks): string | Refusal {
  if (name === null || name === '') return refuse('parameter-missing');
  const kept = quirks.forbiddenCharacters === 'stripped' ? name.replace(FORBIDDEN, '').trim() : name;
  const refused = quirks.forbiddenCharacters === 'refused' && isForbidden(kept);
  return refused || kept === '' || kept.length > quirks.longestName ? refuse('name-invalid') : kept;
}

function isForbidden(name: string): boolean {
  return name.search(FORBIDDEN) >= 0 || name !== name.trim() || name === '.' || name === '..';
}

export function fileNameTaken(
  account: EmulatedAccount,
  folderId: number,
  name: string,
  quirks: Quirks,
): boolean {
  return quirks.duplicateFiles === 'refused' && account.files(folderId).some((file) => file.name === name);
}

export function folderNameTaken(
  account: EmulatedAccount,
  parentId: number,
  name: string,
  quirks: Quirks,
): boolean {
  return (
    quirks.duplicateFolders === 'refused' && account.folders(parentId).some((folder) => folder.name === name)
  );
}
