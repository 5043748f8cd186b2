import { z } from 'zod';

/** Seconds; null switches the rule off. */
const seconds = z.number().nonnegative().nullable();

/**
 * Every habit of 1fichier that a client may trip over, as a switch. Numbers in comments are those of the API
 * document, section 5. The values given to `default` are the documented behaviour.
 */
export const quirksSchema = z.object({
  // Transport and errors
  /** 1: a call without the key gets 401. */
  requireKey: z.boolean().default(true),
  /** 2: whether one text always carries the first number seen for it, or any of those seen. */
  errorNumbers: z.enum(['first', 'any']).default('any'),
  /** 3: status of the flood answer. */
  floodStatus: z.union([z.literal(403), z.literal(429)]).default(403),
  /** 3: how the flood answer words the lock; `by-rule` says User for user/info and IP for the rest. */
  floodScope: z.enum(['by-rule', 'ip', 'user', 'key']).default('by-rule'),
  /** 3: length of a lock. */
  lockSeconds: z.number().nonnegative().default(60),
  /** 4: whether a call made during the lock starts it anew. */
  lockExtendedByCalls: z.boolean().default(true),
  /** 5: whether direct links go on serving during a lock. */
  linksSurviveLock: z.boolean().default(true),
  /** 6: value of Retry-After on a flood answer; null sends none, as the real API does. */
  retryAfterSeconds: seconds.default(null),
  /** 7: answer to a rename that changes nothing. */
  unchangedRename: z.enum(['ko-200', 'ko-403', 'ok']).default('ko-200'),
  /** 8: get_upload_server fails without a JSON content type. */
  uploadServerNeedsJsonType: z.boolean().default(true),
  /** 9: key order changes from answer to answer. */
  shuffleKeys: z.boolean().default(true),
  /** 10: file/info, get_upload_server and end.pl carry no `status`. */
  omitStatusWhereSeen: z.boolean().default(true),
  /** 11: status of `Resource not found`. */
  notFoundStatus: z.union([z.literal(404), z.literal(403), z.literal(200)]).default(404),
  /** 12: files with a password need it. */
  enforcePasswords: z.boolean().default(true),
  /** 13: every API call gets this instead of an answer. */
  outage: z.enum(['none', 'plain-ip-locked', 'maintenance-page']).default('none'),
  /** 14: more than `answers` of 401, 403, 404, 410 within `seconds` lock the IP. */
  errorBudget: z
    .object({ answers: z.number().int(), seconds: z.number() })
    .nullable()
    .default({ answers: 20, seconds: 60 }),
  /** Answers are compressed for a client that takes gzip. */
  gzipAnswers: z.boolean().default(true),
  /** Paths that widely copied articles give (API document section 7) work too. */
  classicPaths: z.boolean().default(false),

  // Listing
  /** 15: calls a second from one IP. */
  callsPerSecond: z.number().nullable().default(3),
  /** 16: the same folder is listed once in this time. */
  folderListingSeconds: seconds.default(30),
  /** 17: file/ls of the whole account (-1) once in this time. */
  wholeAccountSeconds: seconds.default(3600),
  /** 18: most items in a listing. */
  listingCap: z.number().int().positive().default(5000),
  /** 18: fields such as offset and limit. */
  unknownFields: z.enum(['ignored', 'refused']).default('ignored'),
  /** 19: `size` of a folder without files. */
  emptyFolderSize: z.enum(['null', 'zero']).default('null'),
  /** 20: arrays with nothing in them. */
  emptyArrays: z.enum(['absent', 'null', 'empty']).default('absent'),
  /** 21: `size` and `files` count what is in subfolders too. */
  recursiveTotals: z.boolean().default(false),
  /** 22: zone of every date. */
  zone: z.string().default('Europe/Paris'),
  /** 23: folder/ls gives `items` only when asked by `files`. */
  itemsOnlyWhenAsked: z.boolean().default(true),
  /** 23: key of a child folder's id. */
  childFolderKey: z.enum(['id', 'folder_id']).default('id'),
  /** 24: listings show files as they were this long ago. */
  listingLagSeconds: z.number().nonnegative().default(0),
  /** 25: whether files of one name can lie in one folder. */
  duplicateFiles: z.enum(['allowed', 'refused']).default('allowed'),
  /** 25: whether sibling folders can share a name. */
  duplicateFolders: z.enum(['allowed', 'refused']).default('refused'),
  /** Form of `size` in listings and file/info. */
  sizeType: z.enum(['number', 'string']).default('number'),
  /** Form of `folder_id` in file/info. */
  infoFolderIdType: z.enum(['string', 'number']).default('string'),
  /** Spelling of the media type's key. */
  contentTypeKey: z.enum(['content-type', 'content_type']).default('content-type'),

  // Mutations
  /** 26: file/mv into the folder the file is in is refused. */
  refuseMoveInPlace: z.boolean().default(true),
  /** 27: file/mv with `rename` equal to the present name is refused. */
  refuseMoveToSameName: z.boolean().default(true),
  /** 28: file/mv and file/rename keep the URL. */
  moveKeepsUrl: z.boolean().default(true),
  /** 29: file/cp takes only `folder_id`, file/mv only `destination_folder_id`; false takes either. */
  exactDestinationFields: z.boolean().default(true),
  /** 30: folder/rm refuses a folder that holds something. */
  removeOnlyEmptyFolders: z.boolean().default(true),
  /** 31: `rename` works with a single url only. */
  renameOneOnly: z.boolean().default(true),
  /** 2.12: folder/mv with `rename` ignores the destination. */
  folderRenameIgnoresDestination: z.boolean().default(true),
  /** 32: a shorter password is refused. */
  shortestPassword: z.number().int().default(6),
  /** 33: what happens to forbidden characters in names. */
  forbiddenCharacters: z.enum(['refused', 'stripped', 'kept']).default('refused'),
  /** Names longer than this are refused. */
  longestName: z.number().int().default(250),

  // Token and data
  /** Plan of the account: 0 free, 1 Premium, 2 Access, 3 Premium GOLD. */
  offer: z.number().int().min(0).max(3).default(1),
  /** 34: get_token refuses a free account. */
  tokenNeedsPlan: z.boolean().default(true),
  /** 35: a link not used for this long is dead. */
  linkFirstUseSeconds: seconds.default(300),
  /** 35: a link is dead this long after its first use. */
  linkLifeSeconds: seconds.default(1800),
  /** 36, 37: which links serve one request only. */
  singleUseLinks: z.enum(['as-asked', 'always', 'never']).default('as-asked'),
  /** 36: whether HEAD uses up a single-use link. */
  headUsesLink: z.boolean().default(false),
  /** 38: answer to a dead link. */
  deadLink: z.enum(['gone', 'not-found', 'forbidden', 'html-200']).default('gone'),
  /** 39: each get_token gives another link; false gives the one still live. */
  newLinkEachToken: z.boolean().default(true),
  /** 39: host names that links are given on, in turn. */
  linkHosts: z.array(z.string()).min(1).default(['127.0.0.1']),
  /** Port that links are given on, where another program plays the storage host; null: the emulator's own. */
  linkPort: z.number().int().nullable().default(null),
  /** 40: direct links answer HEAD. */
  headAllowed: z.boolean().default(true),
  /** 41: `inline` in the token or on the file changes disposition and media type. */
  inlineHonoured: z.boolean().default(true),
  /** 42: an Authorization header on a direct link. */
  linkAuthorization: z.enum(['ignored', 'refused']).default('ignored'),
  /** 43: after get_token, calls from another address are refused for this long. */
  oneLocationSeconds: seconds.default(300),
  /** 44: the client's address counts as a data centre's. */
  dataCentre: z.boolean().default(false),
  /** 44: CDN credit, GB. */
  cdnCreditsGb: z.number().default(0),
  /** 45: transfers at once on the account. */
  accountConnections: z.number().int().nullable().default(30),
  /** 45: transfers at once on one file. */
  fileConnections: z.number().int().nullable().default(null),
  /** 46: direct links carry an ETag. */
  etag: z.boolean().default(false),
  /** Bandwidth of one transfer. */
  connectionBytesPerSecond: z.number().positive().nullable().default(null),

  // Upload
  /** 47: answer of upload.cgi. */
  uploadAnswer: z.enum(['redirect', 'html-200']).default('redirect'),
  /** 47: end.pl answers JSON only to the header `JSON: 1`. */
  reportNeedsJsonHeader: z.boolean().default(true),
  /** 47: form of `size` in the report. */
  reportSizeType: z.enum(['string', 'number']).default('string'),
  /** 48: an upload id serves once. */
  uploadIdOnce: z.boolean().default(true),
  /** 48: how long the report is kept. */
  reportSeconds: seconds.default(7200),
  /** 49: an upload without Content-Length is refused. */
  uploadNeedsLength: z.boolean().default(true),
  /** 49: an empty file is refused. */
  refuseEmptyFiles: z.boolean().default(true),
  /** 50: an unknown folder id in an upload means the root. */
  unknownUploadFolder: z.enum(['root', 'refused']).default('root'),
  /** 51: how uploads fail. */
  uploadFault: z.enum(['none', 'no-links', 'html-report', 'cut']).default('none'),
  /** Uploads are refused for want of space. */
  overQuota: z.boolean().default(false),
  /** 2.19: how long a remote upload is pending, and how it ends. */
  remoteUploadSeconds: z.number().nonnegative().default(0),
  remoteUploadOutcome: z.enum(['done', 'failed']).default('done'),
  /** 52: user/info once in this time. */
  userInfoSeconds: seconds.default(300),
});

export type Quirks = z.infer<typeof quirksSchema>;
export type PresetName = 'relaxed' | 'documented';

/** Faithful in form, but without rates and with links that never die: for tests of other things. */
const RELAXED: Partial<Quirks> = {
  errorBudget: null,
  callsPerSecond: null,
  folderListingSeconds: null,
  wholeAccountSeconds: null,
  userInfoSeconds: null,
  linkFirstUseSeconds: null,
  linkLifeSeconds: null,
  oneLocationSeconds: null,
  accountConnections: null,
};

export function presetQuirks(preset: PresetName): Quirks {
  const documented = quirksSchema.parse({});
  return preset === 'relaxed' ? { ...documented, ...RELAXED } : documented;
}
