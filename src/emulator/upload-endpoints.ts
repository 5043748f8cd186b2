import { ROOT_ID } from './emulated-entry.ts';
import type { ApiContext, Endpoint, Fields, Outcome, WireObject } from './api-call.ts';
import { refuse } from './ko.ts';
import type { RemoteUpload } from './remote-uploads.ts';
import { arrayField } from './wire.ts';

/** API document 2.16: a bare host, without a scheme. */
function uploadServer(_fields: Fields, { quirks, uploads, storagePort }: ApiContext): Outcome {
  return {
    ...(quirks.omitStatusWhereSeen ? {} : { status: 'OK' }),
    url: `127.0.0.1:${storagePort()}`,
    id: uploads.issueId(),
  };
}

/** API document 2.19. */
function remoteRequest(fields: Fields, { account, quirks, remoteUploads, localTime }: ApiContext): Outcome {
  const urls = fields.texts('urls');
  const folderId = fields.integer('folder_id') ?? ROOT_ID;
  if (urls.length === 0) return refuse('parameter-missing');
  if (account.folder(folderId) === undefined) return refuse('folder-not-found', quirks.notFoundStatus);
  const { id, requestedAt } = remoteUploads.request(urls, folderId);
  return {
    status: 'OK',
    id,
    date: localTime().format(requestedAt),
    urls,
    headers: fields.raw('headers') ?? {},
  };
}

function remoteList(_fields: Fields, context: ApiContext): Outcome {
  const data = context.remoteUploads.all().map((upload) => remoteItem(upload, context));
  return { status: 'OK', ...arrayField('data', data, context.quirks) };
}

function remoteInfo(fields: Fields, context: ApiContext): Outcome {
  const upload = context.remoteUploads.get(fields.integer('id') ?? 0);
  if (upload === undefined) return refuse('resource-not-found', context.quirks.notFoundStatus);
  return {
    ...remoteItem(upload, context),
    links: upload.urls,
    result: upload.results.map(({ source, url, message }) => ({
      status: url === null ? 'KO' : 'OK',
      url: source,
      download_link: url ?? '',
      message,
    })),
  };
}

export const UPLOAD_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'upload/get_upload_server': { fields: [], answer: uploadServer },
  'remote/request': { fields: ['urls', 'folder_id', 'headers'], answer: remoteRequest },
  'remote/ls': { fields: [], answer: remoteList },
  'remote/info': { fields: ['id'], answer: remoteInfo },
};

/** `execution_date` is empty while the request is pending. */
function remoteItem(upload: RemoteUpload, { localTime }: ApiContext): WireObject {
  return {
    id: upload.id,
    request_date: localTime().format(upload.requestedAt),
    execution_date: upload.executedAt === null ? '' : localTime().format(upload.executedAt),
  };
}
