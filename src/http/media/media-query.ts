import { z } from 'zod';

export const fileParams = z.object({ fileId: z.string().describe('As in /api/v1/entries') });

/** What a signed address carries; the access guard has looked at it by then. */
export const signature = {
  sig: z.string().optional().describe('Signature of the address, instead of the token'),
  exp: z.string().optional().describe('End of the signature, seconds since the epoch'),
};

/** What this browser can show beside what all of them can. */
export const acceptQuery = z.enum(['hevc']).optional().describe('hevc: this browser shows H.265');

export const versionQuery = z
  .string()
  .optional()
  .describe('Version of the file; an answer for the version of now can be kept for ever');
