import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const noticeSchema = z.object({ address: z.url(), ownerKey: z.string().min(1) });

/** What a running bridge leaves in its data directory for the commands of its owner. */
export interface RunNotice {
  /** Ends in a slash. */
  readonly address: string;
  /** A secret of this run: whoever can read it owns the data directory, and may write whatever BRIDGE_WRITE says. */
  readonly ownerKey: string;
}

/** Leaves the notice in the data directory; the returned function takes it away. */
export function announceRun(dataDir: string, notice: RunNotice): () => void {
  const file = runFile(dataDir);
  // A file that is there already would keep its mode.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(notice)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The notice of the bridge on a data directory; null: none, or one that cannot be read. */
export function runNotice(dataDir: string): RunNotice | null {
  try {
    return noticeSchema.parse(JSON.parse(readFileSync(runFile(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** The address in that notice. */
export function runningAddress(dataDir: string): string | null {
  return runNotice(dataDir)?.address ?? null;
}

function runFile(dataDir: string): string {
  return join(dataDir, 'run.json');
}
