import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { bundledScript } from '../support/bundled-script.ts';

const OPENERS = 6;
const ROUNDS = 20;

it(`${OPENERS} who open a database at the same moment all succeed, whether it is new or there already`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-opening-'));
  const script = await bundledScript(join(import.meta.dirname, 'opener.ts'));
  const arrived = new SharedArrayBuffer(ROUNDS * Int32Array.BYTES_PER_ELEMENT);
  const workerData = { directory, arrived, openers: OPENERS };
  const openers = Array.from({ length: OPENERS }, () => new Worker(script, { workerData }));
  const said = await Promise.all(
    openers.map(async (opener) => {
      const [failures] = (await once(opener, 'message')) as [unknown];
      return failures;
    }),
  );
  expect(said).toEqual(Array.from({ length: OPENERS }, () => []));
  await Promise.all(openers.map((opener) => opener.terminate()));
  rmSync(directory, { recursive: true });
});
