import type { EmulatedAccount } from './account.ts';
import type { EmulatedFile } from './emulated-entry.ts';
import type { ApiContext, Endpoint, Fields, Outcome } from './api-call.ts';
import { findFile } from './api-call.ts';
import { isRefusal, refuse } from './ko.ts';
import { arrayField, fileInfo, fileItem, folderHead, folderItem, wireSize } from './wire.ts';

/** Storage the plan includes: 100 TiB. */
const QUOTA_BYTES = 100 * 2 ** 40;

const SUBSCRIPTION_END_MS = Date.UTC(2035, 0, 1);

/** What user/info can be sent to change; the emulator takes note of none. */
const SETTINGS = [
  'ftp_mode',
  'ftp_did',
  'ftp_report',
  'ru_report',
  'default_domain',
  'page_limit',
  'default_port',
  'default_port_files',
  'use_cdn',
  'download_menu',
];

/** API document 2.1. */
function userInfo(_fields: Fields, { account, quirks, localTime, clock }: ApiContext): Outcome {
  const used = account.usedBytes();
  const paid = quirks.offer > 0;
  return {
    status: 'OK',
    email: account.email,
    offer: String(quirks.offer),
    '2fa': '0',
    ...(paid ? { subscription_end: localTime().format(SUBSCRIPTION_END_MS) } : {}),
    cdn: quirks.cdnCreditsGb.toFixed(2),
    use_cdn: '0',
    download_menu: '0',
    default_port: '0',
    default_port_files: '0',
    default_domain: 0,
    page_limit: 100,
    mail_rm: '1',
    ftp_mode: '0',
    ftp_did: 0,
    ftp_report: '0',
    ru_report: '0',
    default_quota: QUOTA_BYTES,
    default_cold_storage_quota: QUOTA_BYTES,
    allowed_cold_storage: QUOTA_BYTES,
    hot_storage: used,
    cold_storage: 0,
    available_storage: Math.max(0, QUOTA_BYTES - used),
    available_cold_storage: QUOTA_BYTES,
    overquota: Number(quirks.overQuota),
    upload_forbidden: quirks.overQuota ? '1' : '0',
    stats_date: localTime().format(clock.now()),
  };
}

/** API document 2.2. */
async function listFolder(fields: Fields, context: ApiContext): Promise<Outcome> {
  const { account, quirks } = context;
  const folder = account.folder(fields.integer('folder_id') ?? 0);
  if (folder === undefined) return refuse('folder-not-found', quirks.notFoundStatus);
  const files = account.listedFiles(folder.id, quirks.listingLagSeconds * 1000);
  const counted = quirks.recursiveTotals ? filesBelow(account, folder.id) : files;
  const items = fields.flag('files') || !quirks.itemsOnlyWhenAsked ? await listItems(files, context) : null;
  return {
    status: 'OK',
    ...folderHead(folder, context),
    size: counted.length === 0 && quirks.emptyFolderSize === 'null' ? null : totalSize(counted, context),
    files: counted.length,
    ...arrayField(
      'sub_folders',
      account.folders(folder.id).map((child) => folderItem(child, context)),
      quirks,
    ),
    ...(items === null ? {} : arrayField('items', items, quirks)),
  };
}

/** API document 2.3; `folder_id` -1 lists the whole account. */
async function listFiles(fields: Fields, context: ApiContext): Promise<Outcome> {
  const { account, quirks } = context;
  const folderId = fields.integer('folder_id') ?? 0;
  if (folderId !== -1 && account.folder(folderId) === undefined) {
    return refuse('folder-not-found', quirks.notFoundStatus);
  }
  const within = sentWithin(fields, context);
  const everything =
    folderId === -1 ? account.everyFile() : account.listedFiles(folderId, quirks.listingLagSeconds * 1000);
  const items = await listItems(firstMatching(everything, within, quirks.listingCap), context);
  return { status: 'OK', count: items.length, ...arrayField('items', items, quirks) };
}

/** API document 2.4. */
async function describeFile(fields: Fields, context: ApiContext): Promise<Outcome> {
  const file = findFile(fields, context);
  return isRefusal(file) ? file : fileInfo(file, context);
}

/** API document 3. */
function getToken(fields: Fields, context: ApiContext): Outcome {
  const { quirks, links, storagePort } = context;
  if (quirks.offer === 0 && quirks.cdnCreditsGb <= 0 && quirks.tokenNeedsPlan)
    return refuse('must-be-customer');
  if (quirks.dataCentre && !(fields.flag('cdn') && quirks.cdnCreditsGb > 0)) {
    return refuse('professional-equipment');
  }
  const file = findFile(fields, context);
  if (isRefusal(file)) return file;
  const inline = fields.flag('inline');
  const link = links.issue(file.id, { single: fields.flag('single'), inline });
  const query = inline && quirks.inlineHonoured ? '?inline' : '';
  return { status: 'OK', url: `http://${link.host}:${quirks.linkPort ?? storagePort()}${link.path}${query}` };
}

const FILE_FIELDS = ['url', 'pass', 'folder_id', 'filename', 'sharing_user'];

export const READ_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'user/info': { fields: SETTINGS, answer: userInfo },
  'folder/ls': { fields: ['folder_id', 'sharing_user', 'files'], answer: listFolder },
  'file/ls': { fields: ['folder_id', 'sharing_user', 'sent_before', 'sent_after'], answer: listFiles },
  'file/info': { fields: FILE_FIELDS, answer: describeFile },
  'download/get_token': {
    fields: [...FILE_FIELDS, 'inline', 'cdn', 'restrict_ip', 'single', 'no_ssl'],
    answer: getToken,
  },
};

async function listItems(files: readonly EmulatedFile[], context: ApiContext): Promise<unknown[]> {
  const items: unknown[] = [];
  for (const file of files.slice(0, context.quirks.listingCap)) items.push(await fileItem(file, context));
  return items;
}

function totalSize(files: readonly EmulatedFile[], { quirks }: ApiContext): number | string {
  return wireSize(
    files.reduce((sum, file) => sum + file.content.size, 0),
    quirks,
  );
}

function filesBelow(account: EmulatedAccount, folderId: number): readonly EmulatedFile[] {
  const below = account.folders(folderId).flatMap((folder) => filesBelow(account, folder.id));
  return [...account.files(folderId), ...below];
}

function sentWithin(fields: Fields, { localTime }: ApiContext): (file: EmulatedFile) => boolean {
  const after = localTime().parse(fields.text('sent_after') ?? '') ?? -Infinity;
  const before = localTime().parse(fields.text('sent_before') ?? '') ?? Infinity;
  return ({ uploadedAt }) => uploadedAt >= after && uploadedAt <= before;
}

function firstMatching(
  files: Iterable<EmulatedFile>,
  matches: (file: EmulatedFile) => boolean,
  most: number,
): EmulatedFile[] {
  const found: EmulatedFile[] = [];
  for (const file of files) {
    if (found.length >= most) break;
    if (matches(file)) found.push(file);
  }
  return found;
}
