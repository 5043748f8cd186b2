import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { ByteRange } from './range.ts';

/** Why a request to the storage host gave no media bytes, or not all of them. */
export interface Setback {
  /**
   * `refused`: the link, or what it leads to, is no good: another link may be. `changed`: the storage host speaks of a
   * file of another size. `failed`: the host or the way to it is in trouble: the same link is tried again.
   */
  readonly cause: 'refused' | 'changed' | 'failed';
  /** In plain words, without secrets. */
  readonly reason: string;
  /** How long the host asked to be left alone (ms). */
  readonly retryAfterMs?: number | undefined;
}

export type Verdict =
  /** The body starts at the first byte asked for and is good for `length` bytes of what was asked. */
  | { readonly kind: 'media'; readonly length: number }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'setback'; readonly setback: Setback };

export interface Asked {
  readonly range: ByteRange;
  /** Bytes of the whole file, as the catalogue knows it. */
  readonly size: number;
  /** Media type, as the catalogue knows it: a library may hold HTML files. */
  readonly contentType: string;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What an expired, used up or foreign link answers (API document section 3, "After expiry or reuse"). */
const REFUSALS = new Set([401, 403, 404, 410]);
const CONTENT_RANGE = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i;
const UNSATISFIED_RANGE = /^bytes\s+\*\/(\d+)$/i;

/** Judges an answer of the storage host by its status and headers (RFC 9110 section 15.3.7), trusting nothing. */
export function judgeAnswer(asked: Asked, status: number, headers: IncomingHttpHeaders): Verdict {
  if (status === 206 || status === 200) return judgeBody(asked, status, headers);
  const location = single(headers.location);
  if (REDIRECTS.has(status) && location !== null) return { kind: 'redirect', location };
  if (REFUSALS.has(status)) return refused(`the storage host answered ${status}`);
  if (status === 416) return judgeUnsatisfied(asked, headers);
  const reason = `the storage host answered ${status}`;
  return {
    kind: 'setback',
    setback: { cause: 'failed', reason, retryAfterMs: retryAfterMs(single(headers['retry-after'])) },
  };
}

function judgeBody(asked: Asked, status: number, headers: IncomingHttpHeaders): Verdict {
  const type = mediaType(single(headers['content-type']));
  if (type === 'text/html' && mediaType(asked.contentType) !== 'text/html') {
    return refused('the storage host sent a page instead of the file');
  }
  const encoding = single(headers['content-encoding'])?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') return refused('the storage host sent an encoded body');
  return status === 206 ? judgePart(asked, headers) : judgeWhole(asked, headers);
}

function judgePart(asked: Asked, headers: IncomingHttpHeaders): Verdict {
  const match = CONTENT_RANGE.exec(single(headers['content-range']) ?? '');
  if (match === null) return refused('the storage host sent a part without saying which');
  const [, first, last, total] = match;
  const start = Number(first);
  const end = Number(last) + 1;
  if (total !== '*' && Number(total) !== asked.size) return changed(asked.size, Number(total));
  if (start !== asked.range.start || end <= start || end > asked.range.end) {
    return refused('the storage host sent another part than asked for');
  }
  return { kind: 'media', length: end - start };
}

/** A whole file may answer a range request (RFC 9110 section 14.2); it serves us when the range is its beginning. */
function judgeWhole(asked: Asked, headers: IncomingHttpHeaders): Verdict {
  const length = single(headers['content-length']);
  if (length !== null && Number(length) !== asked.size) return changed(asked.size, Number(length));
  if (asked.range.start > 0) return refused('the storage host ignored the range');
  return { kind: 'media', length: asked.range.end };
}

function judgeUnsatisfied(asked: Asked, headers: IncomingHttpHeaders): Verdict {
  const size = UNSATISFIED_RANGE.exec(single(headers['content-range']) ?? '')?.[1];
  if (size !== undefined && Number(size) !== asked.size) return changed(asked.size, Number(size));
  return refused('the storage host found the range unsatisfiable');
}

function refused(reason: string): Verdict {
  return { kind: 'setback', setback: { cause: 'refused', reason } };
}

function changed(expected: number, found: number): Verdict {
  const reason = `the storage host has ${found} bytes where the library has ${expected}`;
  return { kind: 'setback', setback: { cause: 'changed', reason } };
}

function mediaType(contentType: string | null): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Seconds only: the date form of Retry-After would need the host's clock (RFC 9110 section 10.2.3). */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
