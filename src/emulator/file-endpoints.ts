import type { AccessList, EmulatedFile, FileAttributes } from './emulated-entry.ts';
import { fileUrl } from './emulated-entry.ts';
import type { ApiContext, Endpoint, Outcome } from './api-call.ts';
import { Fields, findFile } from './api-call.ts';
import type { Refusal } from './ko.ts';
import { isRefusal, refuse } from './ko.ts';
import { acceptedName, fileNameTaken } from './naming.ts';

/** Larger files are not scanned (API document 2.10). */
const LARGEST_SCAN_BYTES = 5e9;

/** API document 2.5. */
function move(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const files = ownFiles(fields.texts('urls'), context);
  if (isRefusal(files)) return files;
  const folderId = destination('destination_folder_id', 'folder_id', fields, context);
  if (typeof folderId !== 'number') return folderId;
  const name = newName(fields, files, context);
  if (isRefusal(name)) return name;
  if (quirks.refuseMoveInPlace && files.some((file) => file.folderId === folderId))
    return refuse('nothing-moved');
  if (quirks.refuseMoveToSameName && files.some((file) => file.name === name.rename)) {
    return refuse('nothing-moved');
  }
  const taken = files.some((file) => fileNameTaken(account, folderId, name.rename ?? file.name, quirks));
  if (taken) return refuse('file-exists');

  const urls = files.map((file) => {
    account.moveFile(fileUrl(file.id), folderId);
    if (name.rename !== null) account.renameFile(fileUrl(file.id), name.rename);
    return addressAfterMove(file, context);
  });
  return {
    status: 'OK',
    moved: urls.length,
    urls,
    ...(name.rename === null ? {} : { filename: name.rename }),
  };
}

/** API document 2.6. */
function rename(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const renames: { readonly file: EmulatedFile; readonly name: string }[] = [];
  for (const entry of fields.objects('urls')) {
    const file = account.byUrl(entry.text('url') ?? '');
    if (file === undefined) return refuse('resource-not-found', quirks.notFoundStatus);
    const name = acceptedName(entry.text('filename'), quirks);
    if (typeof name !== 'string') return name;
    if (name !== file.name) {
      if (fileNameTaken(account, file.folderId, name, quirks)) return refuse('file-exists');
      renames.push({ file, name });
    }
  }
  if (renames.length === 0 && quirks.unchangedRename !== 'ok') {
    return refuse('nothing-renamed', quirks.unchangedRename === 'ko-200' ? 200 : 403);
  }
  const urls = renames.map(({ file, name }) => {
    account.renameFile(fileUrl(file.id), name);
    return { url: addressAfterMove(file, context), old_filename: file.name, new_filename: name };
  });
  return { status: 'OK', renamed: urls.length, urls };
}

/** API document 2.7. */
function copy(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const files = readableFiles(fields, context);
  if (isRefusal(files)) return files;
  const folderId = destination('folder_id', 'destination_folder_id', fields, context);
  if (typeof folderId !== 'number') return folderId;
  const name = newName(fields, files, context);
  if (isRefusal(name)) return name;
  const taken = files.some((file) => fileNameTaken(account, folderId, name.rename ?? file.name, quirks));
  if (taken) return refuse('file-exists');

  const urls = files.map((file) => ({
    from_url: fileUrl(file.id),
    to_url: account.copyFile(file, folderId, name.rename ?? file.name),
  }));
  return {
    status: 'OK',
    copied: urls.length,
    urls,
    ...(name.rename === null ? {} : { filename: name.rename }),
  };
}

/** API document 2.8. */
function remove(fields: Fields, context: ApiContext): Outcome {
  const files = ownFiles(
    fields.objects('files').map((entry) => entry.text('url') ?? ''),
    context,
  );
  if (isRefusal(files)) return files;
  const urls = files.map((file) => fileUrl(file.id));
  for (const url of urls) context.account.removeFile(url);
  return { status: 'OK', removed: urls.length, urls };
}

/** API document 2.9. */
function changeAttributes(fields: Fields, context: ApiContext): Outcome {
  const { account, quirks } = context;
  const files = ownFiles(fields.texts('urls'), context);
  if (isRefusal(files)) return files;
  const password = fields.text('pass');
  if (password !== null && password !== '' && password.length < quirks.shortestPassword) {
    return refuse('password-short');
  }
  const name = fields.has('filename') ? acceptedName(fields.text('filename'), quirks) : null;
  if (name !== null && typeof name !== 'string') return name;
  if (name !== null && files.length > 1 && quirks.renameOneOnly) return refuse('rename-one-only');

  const change: FileAttributes & { name?: string } = {
    ...(name === null ? {} : { name }),
    ...(password === null ? {} : { password }),
    ...(fields.has('description') ? { description: fields.text('description') } : {}),
    ...(fields.has('no_ssl') ? { noSsl: fields.flag('no_ssl') } : {}),
    ...(fields.has('inline') ? { inline: fields.flag('inline') } : {}),
    ...(fields.has('cdn') ? { cdn: fields.flag('cdn') } : {}),
    ...(fields.has('acl') ? { accessList: accessList(fields.raw('acl')) } : {}),
  };
  const urls = files.map((file) => fileUrl(file.id));
  for (const url of urls) account.changeFile(url, change);
  return { status: 'OK', updated: urls.length, urls };
}

/** API document 2.10: a file with a virus is deleted. */
function scan(fields: Fields, context: ApiContext): Outcome {
  const { account, clock, localTime } = context;
  const file = findFile(fields, context);
  if (isRefusal(file)) return file;
  if (file.content.size >= LARGEST_SCAN_BYTES) return refuse('file-too-large');
  if (file.infected) {
    account.removeFile(fileUrl(file.id));
    return refuse('virus-found');
  }
  return { status: 'OK', message: '', date: localTime().format(clock.now()) };
}

export const FILE_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'file/mv': { fields: ['urls', 'destination_folder_id', 'destination_user', 'rename'], answer: move },
  'file/rename': { fields: ['urls'], answer: rename },
  'file/cp': { fields: ['urls', 'folder_id', 'pass', 'sharing_user', 'rename'], answer: copy },
  'file/rm': { fields: ['files'], answer: remove },
  'file/chattr': {
    fields: ['urls', 'filename', 'description', 'pass', 'no_ssl', 'inline', 'cdn', 'acl'],
    answer: changeAttributes,
  },
  'file/scan': { fields: ['url'], answer: scan },
};

/** The files at `urls`, all of them or a refusal. */
function ownFiles(urls: readonly string[], { account, quirks }: ApiContext): EmulatedFile[] | Refusal {
  if (urls.length === 0) return refuse('parameter-missing');
  const files = urls.map((url) => account.byUrl(url)).filter((file) => file !== undefined);
  return files.length === urls.length ? files : refuse('resource-not-found', quirks.notFoundStatus);
}

function readableFiles(fields: Fields, context: ApiContext): EmulatedFile[] | Refusal {
  const urls = fields.texts('urls');
  if (urls.length === 0) return refuse('parameter-missing');
  const files: EmulatedFile[] = [];
  for (const url of urls) {
    const file = findFile(new Fields({ url, pass: fields.text('pass') }), context);
    if (isRefusal(file)) return file;
    files.push(file);
  }
  return files;
}

/** The folder a call sends files to, named by `exact`, or with a quirk off by `other` too. */
function destination(
  exact: string,
  other: string,
  fields: Fields,
  { account, quirks }: ApiContext,
): number | Refusal {
  const folderId = fields.integer(exact) ?? (quirks.exactDestinationFields ? null : fields.integer(other));
  if (folderId === null) return refuse('parameter-missing');
  return account.folder(folderId) === undefined
    ? refuse('folder-not-found', quirks.notFoundStatus)
    : folderId;
}

function newName(
  fields: Fields,
  files: readonly EmulatedFile[],
  { quirks }: ApiContext,
): { readonly rename: string | null } | Refusal {
  if (!fields.has('rename')) return { rename: null };
  if (files.length > 1 && quirks.renameOneOnly) return refuse('rename-one-only');
  const name = acceptedName(fields.text('rename'), quirks);
  return typeof name === 'string' ? { rename: name } : name;
}

function addressAfterMove(file: EmulatedFile, { account, quirks }: ApiContext): string {
  const url = fileUrl(file.id);
  return quirks.moveKeepsUrl ? url : account.readdressFile(url);
}

function accessList(value: unknown): AccessList {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
