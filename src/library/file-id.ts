import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 20;

/** The link id within a 1fichier page address: `https://1fichier.com/?<5 to 20 alphanumerics>` (API document 2.22). */
const LINK_ID = /^https?:\/\/[^/?#]+\/\?([a-z0-9]{5,20})(?:[&#]|$)/i;

/**
 * The id of a file for everyone outside: 20 base32 characters (RFC 4648 section 6, lower case), 100 bits of the
 * SHA-256 of its link id. Rename and move keep the link, and so the id.
 */
export function fileIdOf(url: string): string {
  const linkId = LINK_ID.exec(url)?.[1] ?? url;
  const digest = createHash('sha256').update(linkId).digest();
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && id.length < LENGTH) {
      bits -= 5;
      id += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
    if (id.length === LENGTH) break;
  }
  return id;
}
