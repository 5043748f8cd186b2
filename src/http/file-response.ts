import contentDisposition from 'content-disposition';
import { entityTag, type FileEntry } from '../library/entry.ts';
import { ifRangeHolds, weighPreconditions, type Validators } from '../streaming/conditions.ts';
import type { ConditionalHeaders } from '../streaming/conditions.ts';
import { contentRange, parseRange, type ByteRange, type RangeRequest } from '../streaming/range.ts';
import { httpDate } from './http-date.ts';

export interface FileRequest {
  readonly method: string;
  readonly headers: ConditionalHeaders & { readonly range?: string | undefined };
  /** Save rather than show. */
  readonly download: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** What a request for a file is to be answered with, decided from the catalogue alone. */
export interface FileResponse {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes to send: none of them for HEAD and for answers without content; several make a multipart body. */
  readonly ranges: readonly ByteRange[];
}

/** Decides a GET or HEAD by RFC 9110 sections 13 and 14. A multipart answer gets its framing and length later. */
export function planFileResponse(file: FileEntry, request: FileRequest): FileResponse {
  const validators = validatorsOf(file, request.now);
  const precondition = weighPreconditions(request.method, request.headers, validators);
  const validation = validationHeaders(validators);
  if (precondition === 'not-modified') return { status: 304, headers: validation, ranges: [] };
  if (precondition === 'failed') {
    return { status: 412, headers: { ...validation, 'content-length': '0' }, ranges: [] };
  }

  const asked = rangeOf(request, file.size, validators);
  if (asked.kind === 'unsatisfiable') {
    const headers = { ...validation, 'content-range': `bytes */${file.size}`, 'content-length': '0' };
    return { status: 416, headers, ranges: [] };
  }
  return withContent(file, request, validation, asked);
}

function withContent(
  file: FileEntry,
  request: FileRequest,
  validation: Record<string, string>,
  asked: RangeRequest & { kind: 'whole' | 'ranges' },
): FileResponse {
  const isHead = request.method === 'HEAD';
  const headers = { ...validation, ...representationHeaders(file, request.download) };
  if (asked.kind === 'whole') {
    const ranges = isHead || file.size === 0 ? [] : [{ start: 0, end: file.size }];
    return { status: 200, headers: { ...headers, 'content-length': String(file.size) }, ranges };
  }
  const [single, ...others] = asked.ranges;
  if (single === undefined || others.length > 0) return { status: 206, headers, ranges: asked.ranges };
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(single.end - single.start),
      'content-range': contentRange(single, file.size),
    },
    ranges: [single],
  };
}

/** Range is defined for GET alone (RFC 9110 section 14.2), so HEAD describes the whole. */
function rangeOf(request: FileRequest, size: number, validators: Validators): RangeRequest {
  if (request.method !== 'GET') return { kind: 'whole' };
  if (!ifRangeHolds(request.headers['if-range'], validators)) return { kind: 'whole' };
  return parseRange(request.headers.range, size);
}

function validatorsOf(file: FileEntry, now: number): Validators {
  // RFC 9110 section 8.8.2.1: Last-Modified must not lie in the future.
  return { entityTag: entityTag(file), modifiedAt: Math.min(file.modifiedAt, now) };
}

function validationHeaders(validators: Validators): Record<string, string> {
  return {
    etag: validators.entityTag,
    'last-modified': httpDate(validators.modifiedAt),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
  };
}

function representationHeaders(file: FileEntry, download: boolean): Record<string, string> {
  const contentType = safeContentType(file.contentType);
  return {
    'content-type': contentType,
    'content-disposition': contentDisposition(file.name, { type: download ? 'attachment' : 'inline' }),
    'x-content-type-options': 'nosniff',
    ...(canRunScripts(contentType) && { 'content-security-policy': SANDBOX }),
  };
}

/** Pages and drawings from the account are someone else's: they get an origin of their own, without scripts. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function canRunScripts(contentType: string): boolean {
  return /^(?:text\/html|[a-z]+\/(?:[\w.-]+\+)?xml)\b/i.test(contentType);
}

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:;[ \t]*[\w-]+=(?:[\w.+-]+|"[\w .+-]*"))*$/;

/** 1fichier may say anything about a file's type; only what is one may become a header. */
export function safeContentType(contentType: string): string {
  return MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream';
}
