import type { RequestFailure } from '../api/client.ts';

/** What each answer of 1fichier means to someone who has just pasted a key. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  'api-key-invalid':
    '1fichier does not know this key. Copy it again from the console, all of it and without spaces. A key that was made anew voids the one before.',
  'not-premium':
    '1fichier lets only accounts with Premium, Access or CDN credits use its API. Look at the plan of the account.',
  'rate-limited': '1fichier asks for fewer calls. Wait a minute, then try again with the same key.',
  'flood-locked':
    '1fichier has locked its API for this account or address after too many calls. Stop other programs that use the key and try again later.',
  'location-conflict':
    'The account was used from another address a few minutes ago. Wait ten minutes, or use it from one place.',
  'network-refused':
    '1fichier refuses this network: a VPN, a proxy or a data centre. Use a line of your own, or CDN credits.',
  'upstream-unavailable':
    '1fichier does not answer at the moment. The key may be right: try again in a few minutes.',
  'malformed-answer':
    'The answer did not look like that of 1fichier. Check FICHIER_API_URL, and whether a proxy stands between.',
};

/** In plain words, what went wrong and what to do. */
export function explain({ kind, message, hint }: RequestFailure): string {
  return EXPLANATIONS[kind] ?? `${message} ${hint}`;
}
