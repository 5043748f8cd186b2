import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const OPENERS = 6;
const ROUNDS = 20;

it(`${OPENERS} who open a database at the same moment all succeed, whether it is new or there already`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-opening-'));
  const script = join(import.meta.dirname, `../../node_modules/.cache/opener-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'opener.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
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
  rmSync(script);
  rmSync(directory, { recursive: true });
});
