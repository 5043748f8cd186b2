import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../src/store/database.ts';

/**
 * A thread that opens one database after another at the same moment as its fellows, and tells what went wrong. Half of the
 * databases are new to all; the others were made in the round before.
 */
const { directory, arrived, openers } = workerData as {
  directory: string;
  arrived: SharedArrayBuffer;
  openers: number;
};
const schema = {
  module: 'test',
  migrations: ['CREATE TABLE thing (name TEXT)', "INSERT INTO thing VALUES ('one')"],
};
const failures: string[] = [];
const arrivals = new Int32Array(arrived);
for (let round = 0; round < arrivals.length; round += 1) {
  Atomics.add(arrivals, round, 1);
  while (Atomics.load(arrivals, round) < openers);
  try {
    const database = openDatabase(join(directory, `${Math.floor(round / 2)}.db`), [schema]);
    const { count } = database.prepare('SELECT count(*) AS count FROM thing').get() as { count: number };
    if (count !== 1) failures.push(`round ${round}: ${count} rows`);
    database.close();
  } catch (error) {
    failures.push(`round ${round}: ${String(error)}`);
  }
}
parentPort?.postMessage(failures);
