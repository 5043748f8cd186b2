import { z } from 'zod';
import type { Database } from '../store/database.ts';
import { Query } from '../store/query.ts';
import { reportSchema } from './report.ts';

export const runRecordSchema = z.object({
  directory: z.string(),
  startedAt: z.number().describe('ms since the epoch'),
  finishedAt: z.number().describe('ms since the epoch'),
  report: reportSchema.nullable().describe('Null: it could not go on'),
  problem: z.object({ kind: z.string(), message: z.string(), hint: z.string() }).nullable(),
});

/** One run over one root, and how it ended. */
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Runs that changed nothing are many; so many of all are kept. */
const MOST_RUNS = 50;

/** The last runs, kept over restarts. */
export class RunHistory {
  readonly #add: Query;
  readonly #trim: Query;
  readonly #last: Query<{ report: string }>;
  readonly #latest: Query<{ report: string }>;

  constructor(database: Database) {
    this.#add = new Query(database, 'INSERT INTO strm_run (root, report) VALUES (?, ?)');
    this.#trim = new Query(
      database,
      `DELETE FROM strm_run WHERE key <= (SELECT max(key) FROM strm_run) - ${MOST_RUNS}`,
    );
    this.#last = new Query(database, 'SELECT report FROM strm_run WHERE root = ? ORDER BY key DESC LIMIT 1');
    this.#latest = new Query(database, 'SELECT report FROM strm_run ORDER BY key DESC');
  }

  add(record: RunRecord): void {
    this.#add.run(record.directory, JSON.stringify(record));
    this.#trim.run();
  }

  /** Null: there was none, or so many others since that it is forgotten. */
  lastOf(directory: string): RunRecord | null {
    const row = this.#last.get(directory);
    return row === undefined ? null : (read(row)[0] ?? null);
  }

  latest(): RunRecord[] {
    return this.#latest.all().flatMap(read);
  }
}

function read({ report }: { readonly report: string }): RunRecord[] {
  const { data } = runRecordSchema.safeParse(JSON.parse(report));
  return data === undefined ? [] : [data];
}
