import { createHash } from 'node:crypto';

/** SHA-256, hexadecimal. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
