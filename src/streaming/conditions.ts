/** What a representation can be recognised by. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly entityTag: string;
  /** ms since the epoch; HTTP compares whole seconds. */
  readonly modifiedAt: number;
}

/** The header fields of RFC 9110 section 13.1 as Node gives them. */
export interface ConditionalHeaders {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
  readonly 'if-unmodified-since'?: string | undefined;
  readonly 'if-range'?: string | undefined;
}

export type Precondition = 'holds' | 'not-modified' | 'failed';

/**
 * Weighs the preconditions of a request for an existing representation, in the order of RFC 9110 section 13.2.2.
 * `not-modified` is answered with 304, `failed` with 412.
 */
export function weighPreconditions(
  method: string,
  headers: ConditionalHeaders,
  validators: Validators,
): Precondition {
  const isRead = method === 'GET' || method === 'HEAD';
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!anyTagMatches(ifMatch, validators.entityTag, 'strong')) return 'failed';
  } else {
    const since = parseHttpDate(headers['if-unmodified-since']);
    if (since !== null && wholeSeconds(validators.modifiedAt) > since) return 'failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (anyTagMatches(ifNoneMatch, validators.entityTag, 'weak')) return isRead ? 'not-modified' : 'failed';
  } else if (isRead) {
    const since = parseHttpDate(headers['if-modified-since']);
    if (since !== null && wholeSeconds(validators.modifiedAt) <= since) return 'not-modified';
  }
  return 'holds';
}

/**
 * Whether the Range header of a request may be obeyed (RFC 9110 section 13.1.5): a strong entity tag or a date
 * that is exactly that of the representation; anything else asks for the whole.
 */
export function ifRangeHolds(ifRange: string | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true;
  const value = ifRange.trim();
  if (value.startsWith('"')) return value === validators.entityTag;
  return parseHttpDate(value) === wholeSeconds(validators.modifiedAt);
}

const ENTITY_TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** RFC 9110 section 8.8.3.2. `tag` itself is strong. */
function anyTagMatches(list: string, tag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  for (const [, weak, opaque] of list.matchAll(ENTITY_TAG)) {
    if (opaque === tag && (weak === undefined || comparison === 'weak')) return true;
  }
  return false;
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** ms since the epoch; null for what is no HTTP-date (RFC 9110 section 5.6.7), which is to be ignored. */
function parseHttpDate(value: string | undefined): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const time =
    IMF_FIXDATE.test(text) || RFC850_DATE.test(text)
      ? Date.parse(text)
      : ASCTIME_DATE.test(text)
        ? Date.parse(`${text} GMT`)
        : NaN;
  return Number.isNaN(time) ? null : time;
}

function wholeSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
