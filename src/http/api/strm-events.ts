import { z } from 'zod';
import { outcomeSchema } from '../../strm/outcome.ts';
import { progressSchema } from '../../strm/report.ts';
import { runRecordSchema } from '../../strm/run-history.ts';
import { problemSchema } from './schemas.ts';

/** What a run on demand is asked for. */
export const strmRequestSchema = z.object({
  dryRun: z.boolean().default(false).describe('Only say what would be done'),
  full: z.boolean().default(false).describe('Compare every file, with what is on disk too'),
  allowMassDelete: z.boolean().default(false).describe('Remove more than BRIDGE_STRM_MAX_REMOVAL allows'),
  outcomes: z.boolean().default(false).describe('Also name each file that is changed or left'),
});

/** What is told of a run while it goes on, and at its end. */
export const strmEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  z.object({ type: z.literal('outcomes'), outcomes: z.array(outcomeSchema) }),
  z.object({ type: z.literal('records'), records: z.array(runRecordSchema) }),
  z.object({ type: z.literal('problem'), problem: problemSchema }),
]);

export type StrmEvent = z.infer<typeof strmEventSchema>;
