import type { Database } from './database.ts';
import { asStoreError } from './store-error.ts';

type Value = string | number | null | Uint8Array;
type Statement = ReturnType<Database['prepare']>;

/** One prepared statement with the type of its rows; the only place where SQL's answers get their types. */
export class Query<Row extends object = Record<string, never>> {
  readonly #statement: Statement;

  constructor(database: Database, sql: string) {
    this.#statement = database.prepare(sql);
  }

  all(...values: readonly Value[]): Row[] {
    return this.#asked(() => this.#statement.all(...values) as Row[]);
  }

  get(...values: readonly Value[]): Row | undefined {
    return this.#asked(() => this.#statement.get(...values) as Row | undefined);
  }

  /** Gives the number of rows that were changed. */
  run(...values: readonly Value[]): number {
    return this.#asked(() => this.#statement.run(...values).changes);
  }

  /** Runs an INSERT and gives the rowid it was put under. */
  insert(...values: readonly Value[]): number {
    return this.#asked(() => Number(this.#statement.run(...values).lastInsertRowid));
  }

  #asked<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw asStoreError(error);
    }
  }
}
