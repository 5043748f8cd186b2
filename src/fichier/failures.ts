import { BridgeError } from '../errors.ts';
import type { FailureKind } from '../errors.ts';

/** What a refusal makes the bridge do besides failing the call: stop all calls, for how long and why. */
export type LockGrade = 'flood' | 'ip-lock' | 'too-fast' | 'location';

/** A body as it came, before anything is believed about it. */
export interface Answer {
  readonly httpStatus: number;
  readonly text: string;
}

/** What a call is about: says which thing a bare "not found" means. */
export type Subject = 'file' | 'folder' | 'account';

/** A failed call as 1fichier put it. */
export interface Refusal {
  readonly kind: FailureKind;
  readonly lock: LockGrade | null;
  /** 1fichier's words, cleaned and cut, without its number. */
  readonly words: string;
  /** The number after `#`: a source line of theirs, not a code; for logs only. */
  readonly number: string | null;
  /** Whether asking again soon would only make things worse: a planned stop. */
  readonly maintenance: boolean;
}

interface Rule {
  readonly says: RegExp;
  readonly kind: FailureKind | 'not-found';
  readonly lock?: LockGrade;
}

/**
 * The error catalogue (API document section 1), first match wins. The text decides: numbers and HTTP statuses have
 * changed before, and one status (403) stands for a passing flood as well as for a file that stays forbidden.
 */
const RULES: readonly Rule[] = [
  { says: /flood detected|(user|apk) locked/i, kind: 'flood-locked', lock: 'flood' },
  { says: /\bip locked/i, kind: 'flood-locked', lock: 'ip-lock' },
  { says: /requests are too fast|too many requests/i, kind: 'rate-limited', lock: 'too-fast' },
  { says: /only \d+ locations?\b/i, kind: 'location-conflict', lock: 'location' },
  { says: /professional equipment|must have cdn|residential|use cdn credits/i, kind: 'network-refused' },
  { says: /not authenticated|bad token|no such user/i, kind: 'api-key-invalid' },
  { says: /must be a customer/i, kind: 'not-premium' },
  {
    says: /owner locked|resource not allowed|(invalid|no) password|password not provided/i,
    kind: 'file-refused',
  },
  { says: /quota|not enough (space|storage)|upload.{0,10}forbidden/i, kind: 'quota-exceeded' },
  { says: /\bno[tn][ -]empty|must be empty/i, kind: 'folder-not-empty' },
  { says: /already (exist|used|taken)|same name/i, kind: 'name-taken' },
  {
    says: /(invalid|illegal|forbidden|bad) (\w+ )?(name|filename|character)|name (is )?too long/i,
    kind: 'name-refused',
  },
  {
    says: /folder.*(not found|not exist|unknown)|(no such|unknown|invalid) folder/i,
    kind: 'folder-not-found',
  },
  { says: /file.{0,20}too (large|big)/i, kind: 'file-too-large' },
  // Said of a path that is not served, not of what was asked about.
  { says: /^not found$/i, kind: 'upstream-refused' },
  { says: /not found|no such file|does not exist/i, kind: 'not-found' },
];

const MOST_WORDS = 200;

/** What web pages and plain text are believed about; that something is "not found" is what any web server says. */
const PAGE_RULES = RULES.filter(({ lock, kind }) => lock !== undefined || kind === 'network-refused');

/** Why a call failed, or null when the answer is none of a failure: HTTP below 400 and no KO. */
export function refusalOf(answer: Answer, body: unknown, subject: Subject): Refusal | null {
  const stated = statedFailure(answer.httpStatus, body);
  if (stated === null && answer.httpStatus < 400 && !isPage(answer, body)) return null;
  const raw = stated ?? answer.text.slice(0, 4_096);
  const words = clean(raw);
  const rule = (stated === null ? PAGE_RULES : RULES).find(({ says }) => says.test(words));
  if (rule === undefined && stated === null && answer.httpStatus < 400) return null;
  return {
    kind:
      rule === undefined ? kindByStatus(answer.httpStatus, stated !== null, subject) : kindOf(rule, subject),
    lock: rule?.lock ?? (answer.httpStatus === 429 ? 'flood' : null),
    words,
    number: /#(\d+)\s*$/.exec(raw.trim())?.[1] ?? null,
    maintenance: answer.httpStatus === 503 && /maintenance/i.test(words),
  };
}

/** Whether a page or plain text came where JSON should: with HTTP 200 too it may say what is wrong. */
function isPage(answer: Answer, body: unknown): boolean {
  return body === undefined && !answer.text.trimStart().startsWith('{');
}

/** The words of a KO answer, or of an HTTP error with a message; null when the body states no failure. */
function statedFailure(httpStatus: number, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const message = 'message' in body && typeof body.message === 'string' ? body.message : null;
  const status =
    'status' in body && typeof body.status === 'string' ? body.status.trim().toUpperCase() : null;
  if (status === 'KO') return message ?? '';
  return httpStatus >= 400 ? message : null;
}

function kindOf(rule: Rule, subject: Subject): FailureKind {
  return rule.kind === 'not-found' ? notFound(subject) : rule.kind;
}

function notFound(subject: Subject): FailureKind {
  if (subject === 'account') return 'upstream-refused';
  return subject === 'file' ? 'file-not-found' : 'folder-not-found';
}

/**
 * The kind of a failure whose words are unknown. A 404 without a KO is a page of some web server, not the API saying
 * that a file is gone: taken for that, a renamed endpoint would empty the library.
 */
function kindByStatus(httpStatus: number, stated: boolean, subject: Subject): FailureKind {
  if (httpStatus === 429) return 'flood-locked';
  if (httpStatus === 401) return 'api-key-invalid';
  if (httpStatus >= 500) return 'upstream-unavailable';
  if (httpStatus === 404 || httpStatus === 410) return stated ? notFound(subject) : 'upstream-refused';
  return 'upstream-refused';
}

function clean(raw: string): string {
  return raw
    .replace(/<(script|style)\b[^]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/https?:\/\/\S+/gi, '[address]')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .replace(/\s*#\d+$/, '')
    .slice(0, MOST_WORDS);
}

/** The error of an answer that is neither a failure 1fichier states nor in a shape that is known. */
export function malformed(method: string, why: string, cause?: unknown): BridgeError {
  return new BridgeError('malformed-answer', `1fichier answered ${method} with ${why}`, { cause });
}
