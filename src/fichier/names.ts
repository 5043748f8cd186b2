import { BridgeError } from '../errors.ts';

const LONGEST_NAME = 250;

/** The stand-ins that rclone uses with 1fichier: full-width forms of the characters it refuses. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['/', '／'],
  ['\\', '＼'],
  ['<', '＜'],
  ['>', '＞'],
  ['"', '＂'],
  ["'", '＇'],
  ['$', '＄'],
  ['`', '｀'],
]);
const SPACE_PICTURE = '\u2420';

/**
 * The name under which 1fichier takes an entry that a person calls `name`: characters it refuses become look-alikes, for
 * few titles would get through without an apostrophe. What then still is no name, `assertName` refuses.
 */
export function storableName(name: string): string {
  return (
    name
      .replace(/[\\/<>"'$`]/g, (character) => STAND_INS.get(character) ?? character)
      // eslint-disable-next-line no-control-regex -- these are exactly what must not get through
      .replace(/[\u0000-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
      .replaceAll('\u007f', '\u2421')
      .replace(/^ | $/g, SPACE_PICTURE)
  );
}

/**
 * Refuses a name that 1fichier refuses or mangles (API document section 4), so that no call is spent on it.
 *
 * @throws BridgeError `name-refused`.
 */
export function assertName(name: string): void {
  const fault = faultOf(name);
  if (fault !== null) throw new BridgeError('name-refused', `1fichier takes no name that ${fault}`);
}

function faultOf(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'is empty or made of dots';
  if (Array.from(name).length > LONGEST_NAME) return `is longer than ${LONGEST_NAME} characters`;
  if (/\p{Cs}/u.test(name)) return 'is not valid Unicode';
  if (/[\\/<>"'$`]/.test(name)) return 'has one of \\ / < > " \' $ `';
  if (/\p{Cc}/u.test(name)) return 'has control characters';
  return name.trim() === name ? null : 'begins or ends with white space';
}
