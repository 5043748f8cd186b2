import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const runSchema = z.object({ address: z.url() });

/** Leaves the address of the running bridge in its data directory, for commands; the returned function takes it away. */
export function announceRun(dataDir: string, address: string): () => void {
  const file = runFile(dataDir);
  writeFileSync(file, `${JSON.stringify({ address } satisfies z.infer<typeof runSchema>)}\n`, {
    mode: 0o600,
  });
  return () => rmSync(file, { force: true });
}

/** The address that the bridge on a data directory has left; null: none, or one that cannot be read. */
export function runningAddress(dataDir: string): string | null {
  try {
    return runSchema.parse(JSON.parse(readFileSync(runFile(dataDir), 'utf8'))).address;
  } catch {
    return null;
  }
}

function runFile(dataDir: string): string {
  return join(dataDir, 'run.json');
}
