import { lookup } from 'mime-types';
import type { EmulatedFile, EmulatedFolder } from './emulated-entry.ts';
import { fileUrl, ROOT_ID } from './emulated-entry.ts';
import type { ApiContext, WireObject } from './api-call.ts';
import type { Quirks } from './quirks.ts';

/** A file as listings show it (API document 2.3). */
export async function fileItem(file: EmulatedFile, { quirks, localTime }: ApiContext): Promise<WireObject> {
  return {
    url: fileUrl(file.id),
    filename: file.name,
    size: wireSize(file.content.size, quirks),
    date: localTime().format(file.uploadedAt),
    checksum: await file.content.checksum(),
    [quirks.contentTypeKey]: contentTypeOf(file),
    pass: file.password === '' ? 0 : 1,
    acl: Object.keys(file.accessList).length === 0 ? 0 : 1,
    cdn: Number(file.cdn),
  };
}

/** A file as file/info shows it (API document 2.4). */
export async function fileInfo(file: EmulatedFile, context: ApiContext): Promise<WireObject> {
  const { quirks, account } = context;
  return {
    ...(quirks.omitStatusWhereSeen ? {} : { status: 'OK' }),
    ...(await fileItem(file, context)),
    folder_id: quirks.infoFolderIdType === 'string' ? String(file.folderId) : file.folderId,
    path: account.pathOf(file.folderId),
    description: file.description,
    no_ssl: Number(file.noSsl),
    inline: Number(file.inline),
    acl: file.accessList,
  };
}

/** A folder as its parent's listing shows it (API document 2.2). */
export function folderItem(folder: EmulatedFolder, { quirks, localTime }: ApiContext): WireObject {
  return {
    [quirks.childFolderKey]: folder.id,
    name: folder.name,
    create_date: localTime().format(folder.createdAt),
    pass: folder.password === '' ? 0 : 1,
  };
}

/** What folder/ls says of the listed folder itself. */
export function folderHead(folder: EmulatedFolder, { localTime }: ApiContext): WireObject {
  const head = { folder_id: folder.id, name: folder.name };
  if (folder.id === ROOT_ID) return head;
  return {
    ...head,
    create_date: localTime().format(folder.createdAt),
    pass: folder.password === '' ? 0 : 1,
    ...(folder.sharedAs === null ? {} : { shared: `https://1fichier.com/dir/${folder.sharedAs}` }),
  };
}

/** The array under its key, or what stands for an empty one. */
export function arrayField(key: string, items: readonly unknown[], { emptyArrays }: Quirks): WireObject {
  if (items.length > 0 || emptyArrays === 'empty') return { [key]: items };
  return emptyArrays === 'null' ? { [key]: null } : {};
}

export function wireSize(bytes: number, { sizeType }: Quirks): number | string {
  return sizeType === 'string' ? String(bytes) : bytes;
}

function contentTypeOf(file: EmulatedFile): string {
  return lookup(file.name) || 'application/octet-stream';
}
