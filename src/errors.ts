/** How one kind of failure is shown: to HTTP clients, to people, and to code that decides about another try. */
interface FailureTraits {
  /** Status of the answer a client of the bridge gets. */
  readonly httpStatus: number;
  /** Whether the same request may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  /** What the user can do. */
  readonly hint: string;
}

/** Every way in which the bridge fails. Closed: a new failure is a new line here, with its status and its hint. */
const FAILURES = {
  'api-key-invalid': {
    httpStatus: 502,
    retryable: false,
    hint: 'Make a new API key in the 1fichier console (Parameters) and set FICHIER_API_KEY; check it for spaces.',
  },
  'not-premium': {
    httpStatus: 502,
    retryable: false,
    hint: 'Direct links need a 1fichier Premium or Access subscription, or CDN credits; check the plan of the account.',
  },
  'rate-limited': {
    httpStatus: 503,
    retryable: true,
    hint: '1fichier asks for fewer calls; the bridge slows down by itself. Check that no other program uses the key.',
  },
  'flood-locked': {
    httpStatus: 503,
    retryable: true,
    hint: '1fichier has locked its API for a while; the bridge waits for the lock to end. Cached files keep playing.',
  },
  'location-conflict': {
    httpStatus: 503,
    retryable: true,
    hint: 'The account was used from another address a few minutes ago; use it from one place and one IP family.',
  },
  'network-refused': {
    httpStatus: 502,
    retryable: false,
    hint: '1fichier refuses this network (VPN, proxy or data centre) without CDN credits; use a residential line.',
  },
  'folder-not-found': {
    httpStatus: 404,
    retryable: false,
    hint: 'The folder is gone or was never there; refresh its parent, or check FICHIER_ROOT.',
  },
  'file-not-found': {
    httpStatus: 404,
    retryable: false,
    hint: 'The file was deleted, moved or never there; refresh its folder.',
  },
  'file-refused': {
    httpStatus: 403,
    retryable: false,
    hint: '1fichier refuses access to this file (password, country or owner); check its settings in the console.',
  },
  'file-too-large': {
    httpStatus: 413,
    retryable: false,
    hint: '1fichier takes files of at most 300 GB.',
  },
  'file-empty': {
    httpStatus: 422,
    retryable: false,
    hint: '1fichier keeps no empty files; put at least one byte into it.',
  },
  'name-refused': {
    httpStatus: 422,
    retryable: false,
    hint: 'Use a name without \\ / < > " \' $ or back quotes, of at most 250 characters.',
  },
  'name-taken': {
    httpStatus: 409,
    retryable: false,
    hint: 'Choose another name, or remove what has this one first.',
  },
  'folder-not-empty': {
    httpStatus: 409,
    retryable: false,
    hint: 'Empty the folder first.',
  },
  'quota-exceeded': {
    httpStatus: 507,
    retryable: false,
    hint: 'The 1fichier storage is full; remove something or extend the plan.',
  },
  'upload-unconfirmed': {
    httpStatus: 502,
    retryable: true,
    hint: '1fichier did not confirm the upload; refresh the folder and look for the file before sending it again.',
  },
  'read-only': {
    httpStatus: 403,
    retryable: false,
    hint: 'Writing is off; set BRIDGE_WRITE=true to allow it.',
  },
  locked: {
    httpStatus: 423,
    retryable: true,
    hint: 'Another program holds a lock on it; wait until it is done.',
  },
  'upstream-unavailable': {
    httpStatus: 502,
    retryable: true,
    hint: '1fichier does not answer properly at the moment; try again in a few minutes.',
  },
  'malformed-answer': {
    httpStatus: 502,
    retryable: true,
    hint: '1fichier answered in a form the bridge does not know; if it goes on, report it with the log lines.',
  },
  'upstream-refused': {
    httpStatus: 502,
    retryable: false,
    hint: '1fichier refused the call; its own words say why.',
  },
  'link-refused': {
    httpStatus: 502,
    retryable: true,
    hint: 'The storage host refuses even fresh direct links; use the account from one place, and try in a minute.',
  },
  'content-changed': {
    httpStatus: 502,
    retryable: false,
    hint: 'The file at 1fichier is not the one in the library any more; refresh its folder.',
  },
  'patience-exhausted': {
    httpStatus: 504,
    retryable: true,
    hint: 'The bytes could not be had within the patience set by BRIDGE_PATIENCE; the log says what went wrong.',
  },
  'media-unreadable': {
    httpStatus: 422,
    retryable: false,
    hint: 'The file is damaged, or of a kind that ffmpeg does not know; download it and try another player.',
  },
  'media-program-missing': {
    httpStatus: 501,
    retryable: false,
    hint: 'Install ffmpeg (it brings ffprobe) on the machine of the bridge, or set BRIDGE_FFMPEG and BRIDGE_FFPROBE.',
  },
  'media-busy': {
    httpStatus: 503,
    retryable: true,
    hint: 'As many ffmpeg processes run as are allowed; try again shortly, or raise BRIDGE_PLAY_PROCESSES or BRIDGE_MEDIA_PROCESSES.',
  },
  'picture-later': {
    httpStatus: 503,
    retryable: true,
    hint: 'Ask again in a moment; what kept the bridge from making the picture passes by itself.',
  },
  'server-unreachable': {
    httpStatus: 502,
    retryable: true,
    hint: 'Check that the media server runs and that its address is right; the bridge tries again by itself.',
  },
  'server-refused': {
    httpStatus: 502,
    retryable: false,
    hint: 'Check the address and the key of the media server; fichier-bridge doctor tests both.',
  },
  'bad-request': { httpStatus: 400, retryable: false, hint: 'Correct the request.' },
  unauthorized: {
    httpStatus: 401,
    retryable: false,
    hint: 'Send the token as "Authorization: Bearer …", as the password of Basic, or use a signed address.',
  },
  'too-many-attempts': {
    httpStatus: 429,
    retryable: true,
    hint: 'Wait a moment, then send the right token.',
  },
  'forbidden-origin': {
    httpStatus: 403,
    retryable: false,
    hint: 'Use the address of the bridge itself; add other names it is reached by to BRIDGE_ALLOWED_HOSTS.',
  },
  'not-found': { httpStatus: 404, retryable: false, hint: 'Check the address.' },
  'method-not-allowed': {
    httpStatus: 405,
    retryable: false,
    hint: 'Use a method that the Allow header names.',
  },
  forbidden: {
    httpStatus: 403,
    retryable: false,
    hint: 'The request can never be done; ask for something else.',
  },
  conflict: {
    httpStatus: 409,
    retryable: false,
    hint: 'Bring the resource into the state that the request needs, for instance by making its parent folder.',
  },
  'precondition-failed': {
    httpStatus: 412,
    retryable: false,
    hint: 'The resource is not in the state that the request was made for; look at it again first.',
  },
  'unsupported-media-type': {
    httpStatus: 415,
    retryable: false,
    hint: 'Send a body of a kind that the method takes, or none.',
  },
  'too-many-locks': {
    httpStatus: 503,
    retryable: true,
    hint: 'Wait until some of the locks on files are released or run out.',
  },
  'wrong-server': { httpStatus: 502, retryable: false, hint: 'Name a destination on this very bridge.' },
  'config-invalid': { httpStatus: 500, retryable: false, hint: 'Correct the setting and start again.' },
  'data-dir-locked': {
    httpStatus: 500,
    retryable: false,
    hint: 'Another bridge uses this data directory; stop it, or give this one its own BRIDGE_DATA_DIR.',
  },
  'disk-full': {
    httpStatus: 507,
    retryable: true,
    hint: 'Free some space on the disk of the data directory.',
  },
  'strm-root-unusable': {
    httpStatus: 500,
    retryable: false,
    hint: 'Give the bridge a directory for .strm files that exists, is mounted, and that it may write to.',
  },
  'strm-outside-root': {
    httpStatus: 500,
    retryable: false,
    hint: 'Replace the symbolic link below the directory of .strm files by a directory; the bridge follows none there.',
  },
  cancelled: { httpStatus: 499, retryable: true, hint: 'The request was given up by its sender.' },
  internal: {
    httpStatus: 500,
    retryable: false,
    hint: 'This is a fault of the bridge; report it with the log lines.',
  },
} as const satisfies Record<string, FailureTraits>;

export type FailureKind = keyof typeof FAILURES;

/** Every kind with its traits, for those who list or read them. */
export const FAILURE_TRAITS: Readonly<Record<FailureKind, FailureTraits>> = FAILURES;

export function isFailureKind(text: string): text is FailureKind {
  return Object.hasOwn(FAILURES, text);
}

interface FailureDetails {
  readonly cause?: unknown;
  /** Moment (ms since the epoch) from which another try makes sense. */
  readonly retryAt?: number;
  /** Replaces the hint of the kind where more is known. */
  readonly hint?: string;
}

/** The one error class of the bridge. `message` holds no secrets: it may reach a client or a log. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly kind: FailureKind;
  readonly httpStatus: number;
  readonly retryable: boolean;
  readonly hint: string;
  readonly retryAt: number | undefined;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const traits = FAILURES[kind];
    this.kind = kind;
    this.httpStatus = traits.httpStatus;
    this.retryable = traits.retryable;
    this.hint = details.hint ?? traits.hint;
    this.retryAt = details.retryAt;
  }
}

/** Gives any thrown value as a BridgeError; what is not one yet becomes `internal` with its cause kept. */
export function asBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new BridgeError('cancelled', 'the request was cancelled', { cause: thrown });
  }
  if (hasCode(thrown, 'ENOSPC') || hasCode(thrown, 'ERR_SQLITE_FULL')) {
    return new BridgeError('disk-full', 'the disk is full', { cause: thrown });
  }
  return new BridgeError('internal', 'an unexpected fault', { cause: thrown });
}

function hasCode(thrown: unknown, code: string): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === code;
}
