import type { Random } from '../clock.ts';

interface KoTraits {
  readonly text: string;
  /** Numbers seen with the text; a text with none seen has one made up. */
  readonly numbers: readonly [number, ...number[]];
  readonly status: number;
}

/** The refusals of the API (API document section 1). Texts without a source are in the style of the others. */
const KO = {
  'flood-ip': { text: 'Flood detected: IP Locked', numbers: [374, 38, 412], status: 403 },
  'flood-user': { text: 'Flood detected: User Locked', numbers: [223], status: 403 },
  'flood-key': { text: 'Flood detected: User APK Locked', numbers: [224], status: 403 },
  'ip-locked': { text: 'IP Locked', numbers: [186], status: 403 },
  'not-authenticated': { text: 'Not authenticated', numbers: [247], status: 401 },
  'bad-token': { text: 'Bad token', numbers: [248], status: 403 },
  'no-such-user': { text: 'No such user', numbers: [93], status: 403 },
  'must-be-customer': { text: 'Must be a customer (Premium, Access)', numbers: [236, 200], status: 403 },
  'owner-locked': { text: 'Owner locked', numbers: [620, 649], status: 403 },
  'one-location': { text: 'Only 1 location allowed at a time', numbers: [887], status: 403 },
  'professional-equipment': {
    text: 'Your IP belongs to professional equipment, you must have CDN credits to download',
    numbers: [912],
    status: 403,
  },
  'residential-only': {
    text: 'Premium status is only allowed on residential lines. Use CDN credits',
    numbers: [913],
    status: 403,
  },
  'resource-not-found': { text: 'Resource not found', numbers: [469], status: 404 },
  'resource-not-allowed': { text: 'Resource not allowed', numbers: [631], status: 403 },
  'password-missing': { text: 'Password not provided. Resource not allowed', numbers: [632], status: 403 },
  'password-wrong': { text: 'Invalid password. Resource not allowed', numbers: [633], status: 403 },
  'nothing-renamed': { text: 'No file has been renamed', numbers: [312], status: 200 },
  'nothing-moved': { text: 'No file has been moved', numbers: [298], status: 200 },
  'folder-not-found': { text: 'Folder not found', numbers: [470], status: 404 },
  'folder-exists': { text: 'Folder already exists', numbers: [515], status: 403 },
  'file-exists': { text: 'A file of this name already exists', numbers: [516], status: 403 },
  'folder-not-empty': { text: 'Folder is not empty', numbers: [527], status: 403 },
  'folder-within-itself': { text: 'A folder can not be moved into itself', numbers: [528], status: 403 },
  'name-invalid': { text: 'Invalid name', numbers: [533], status: 403 },
  'password-short': { text: 'Password too short', numbers: [541], status: 403 },
  'rename-one-only': { text: 'Only one file can be renamed at a time', numbers: [313], status: 403 },
  'parameter-missing': { text: 'Missing parameter', numbers: [101], status: 403 },
  'parameter-unknown': { text: 'Unknown parameter', numbers: [102], status: 403 },
  'json-invalid': { text: 'Invalid JSON', numbers: [103], status: 400 },
  'content-type-missing': { text: 'Content-Type must be application/json', numbers: [104], status: 403 },
  'method-invalid': { text: 'Method not allowed', numbers: [105], status: 405 },
  'endpoint-unknown': { text: 'Not found', numbers: [106], status: 404 },
  'virus-found': { text: 'Virus found, the file was deleted', numbers: [801], status: 200 },
  'file-too-large': { text: 'File too large', numbers: [802], status: 403 },
  'file-empty': { text: 'Empty file', numbers: [803], status: 403 },
  'length-required': { text: 'Content-Length required', numbers: [804], status: 411 },
  'upload-invalid': { text: 'Invalid upload', numbers: [805], status: 403 },
  'no-space': { text: 'Not enough storage space', numbers: [910], status: 403 },
} as const satisfies Record<string, KoTraits>;

export type KoName = keyof typeof KO;
export const KO_NAMES = Object.keys(KO) as [KoName, ...KoName[]];

/** A call the API refuses. */
export interface Refusal {
  readonly ko: KoName;
  /** Replaces the status that usually comes with the text. */
  readonly status?: number | undefined;
}

export function refuse(ko: KoName, status?: number): Refusal {
  return { ko, status };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'ko' in outcome;
}

export function koStatus({ ko, status }: Refusal): number {
  return status ?? KO[ko].status;
}

/** `<text> #<number>`; with `vary`, any number seen with the text. */
export function koMessage(ko: KoName, vary: boolean, random: Random): string {
  const { text, numbers }: KoTraits = KO[ko];
  const number = vary ? numbers[Math.floor(random() * numbers.length)] : numbers[0];
  return `${text} #${number ?? numbers[0]}`;
}
