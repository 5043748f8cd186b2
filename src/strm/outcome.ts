import { z } from 'zod';

/**
 * One line of a plan, or of what came of it. Obstacles, for which a file was left as it is: `occupied`: someone else's
 * file is at the path. `changed-by-hand`: someone changed what the bridge wrote, and it is theirs now.
 * `outside-root`: a link or something else that is no directory is in the way. `failed`: the disk or 1fichier said no;
 * the next run tries again.
 */
export const outcomeSchema = z.object({
  deed: z.enum(['create', 'update', 'rename', 'remove']),
  path: z.string().describe('Below the directory'),
  from: z.string().optional().describe('Where a renamed file was before'),
  obstacle: z
    .enum(['occupied', 'changed-by-hand', 'outside-root', 'failed'])
    .nullable()
    .describe('Why it was left as it is; null: it was not'),
  reason: z.string().optional().describe('In words'),
});

export type Outcome = z.infer<typeof outcomeSchema>;
export type Deed = Outcome['deed'];
export type Obstacle = NonNullable<Outcome['obstacle']>;
