import { BridgeError } from '../errors.ts';

const LONGEST_NAME = 250;

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
